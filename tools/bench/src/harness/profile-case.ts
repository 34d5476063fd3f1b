import type { OperationProfile } from '@ovis/tensorflow';
import { fileURLToPath } from 'node:url';
import type { BenchCase } from './bench-case.ts';
import { pinning, THREADS } from './cpus.ts';
import { WorkerProcess } from './worker-process.ts';

const DIRECTORY = fileURLToPath(new URL('../..', import.meta.url));

/** Where our side of a case spends its time: one iteration's operations. @throws Error when the worker fails */
export async function profileCase(benchCase: BenchCase, cpus: string | undefined): Promise<OperationProfile> {
  const argv = [...pinning(cpus), process.execPath, '--import', 'tsx', benchCase.ours];
  const worker = new WorkerProcess(benchCase.name, argv, process.env, DIRECTORY);
  try {
    const variant = benchCase.oursVariants?.[0] ?? '';
    await worker.ask({ cmd: 'setup', ...benchCase.params, variant, threads: THREADS });
    const { profile } = await worker.ask({ cmd: 'profile' });
    if (!profile) throw new Error(`${benchCase.name}: the worker sent no profile`);
    return profile;
  } finally {
    await worker.close();
  }
}

/** Operations below this share of the whole are added up in the last line. */
const SMALLEST = 0.005;

export function profileTable(name: string, { wallMs, operations }: OperationProfile): string {
  const total = operations.reduce((sum, { ms }) => sum + ms, 0);
  const shown = operations.filter(({ ms }) => ms >= SMALLEST * total);
  const rest = operations.slice(shown.length);
  const line = (operation: string, calls: number, ms: number) =>
    `${ms.toFixed(2).padStart(9)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} % ${String(calls).padStart(6)}  ${operation}`;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return [
    `${name}: ${wallMs.toFixed(1)} ms, operations ${total.toFixed(1)} ms on all threads`,
    ...shown.map(({ operation, calls, ms }) => line(operation, calls, ms)),
    line('others', sum(rest.map(({ calls }) => calls)), sum(rest.map(({ ms }) => ms))),
  ].join('\n');
}
