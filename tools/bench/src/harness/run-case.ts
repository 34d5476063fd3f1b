import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { torchPython } from '../peers/torch.ts';
import type { BenchCase, Variant } from './bench-case.ts';
import { THREADS } from './cpus.ts';
import { measure } from './measure.ts';
import { prepareEngine } from './prepare-engine.ts';
import type { CaseResult } from './result.ts';
import { caseResult, inUnit } from './result.ts';

const DIRECTORY = fileURLToPath(new URL('../..', import.meta.url));

export interface RunOptions {
  /** Overrides the case's own number. */
  rounds?: number;
  cpus?: string;
  log: (line: string) => void;
}

/** Runs one case; whatever goes wrong stands in the result's `error`. */
export async function runCase(benchCase: BenchCase, { rounds, cpus, log }: RunOptions): Promise<CaseResult> {
  const turns = rounds ?? benchCase.rounds;
  const variants = variantsOf(benchCase, 'ours', [process.execPath, '--import', 'tsx', benchCase.ours], {});
  let error: string | undefined;
  try {
    await prepareEngine(log);
  } catch (reason) {
    log(`libtensorflow: ${messageOf(reason)}`); // the workers will say what that means
  }
  try {
    const env = (await benchCase.preparePeer?.(log)) ?? {};
    const argv = benchCase.peer.endsWith('.py')
      ? [await torchPython(log), benchCase.peer]
      : [process.execPath, '--import', 'tsx', benchCase.peer];
    variants.push(...variantsOf(benchCase, 'peer', argv, env));
  } catch (reason) {
    error = `no peer: ${messageOf(reason)}`;
    log(`${benchCase.name}: ${error}`);
  }
  try {
    const measured = await measure(benchCase, variants, { rounds: turns, cpus, directory: DIRECTORY, log });
    for (const one of measured.filter(({ failure }) => failure === undefined)) {
      const { value, cpu } = inUnit(benchCase, one.samples);
      const what = `${one.variant.side}${one.variant.name && ` (${one.variant.name})`}`;
      log(`${benchCase.name}: ${what}: ${value.toPrecision(4)} ${benchCase.unit}, CPU ${cpu.toPrecision(4)}`);
    }
    const result = caseResult(benchCase, measured, turns, error);
    if (result.ours === null) result.error = 'our side failed, see the messages above';
    else if (result.peer === null) result.error ??= 'the peer failed, see the messages above';
    return result;
  } catch (reason) {
    log(`${benchCase.name}: FAILED: ${messageOf(reason)}`);
    return caseResult(benchCase, [], turns, messageOf(reason));
  }
}

function variantsOf(
  benchCase: BenchCase,
  side: Variant['side'],
  argv: string[],
  env: Record<string, string>,
): Variant[] {
  const names = (side === 'ours' ? benchCase.oursVariants : benchCase.peerVariants) ?? [''];
  return names.map((name) => ({
    side,
    name,
    argv,
    env: { PYTHONPATH: join(DIRECTORY, 'python'), PYTHONUNBUFFERED: '1', ...env },
    setup: { ...benchCase.params, variant: name, threads: THREADS },
  }));
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
