import { performance } from 'node:perf_hooks';
import type { BenchCase, Variant } from './bench-case.ts';
import { THREADS, pinning } from './cpus.ts';
import type { Reply } from './protocol.ts';
import { WorkerProcess } from './worker-process.ts';

/** What one variant delivered: one entry per iteration. */
export interface Samples {
  wallMs: number[];
  cpuMs: number[];
  peakExtraBytes: number[];
}

export interface MeasureOptions {
  rounds: number;
  /** Processors to confine the workers to, see `pinning`. */
  cpus?: string;
  /** Folder that workers run in. */
  directory: string;
  log: (line: string) => void;
}

/** A variant that takes part: set up, warm, and measured turn by turn. */
interface Runner {
  variant: Variant;
  label: string;
  samples: Samples;
  checks: (number | undefined)[];
  warmUp(): Promise<void>;
  turn(): Promise<void>;
  close(): Promise<void>;
}

export interface Measured {
  variant: Variant;
  samples: Samples;
  /** Why it was left out. */
  failure?: string;
}

/**
 * Sets up every variant, warms it up, compares the checks of the two sides, and lets all of them take turns. Only one worker
 * computes at a time; the first of a round changes from round to round. A variant that fails is left out and says why.
 * @throws Error when the sides disagree about what they compute
 */
export async function measure(
  benchCase: BenchCase,
  variants: readonly Variant[],
  options: MeasureOptions,
): Promise<Measured[]> {
  const make = benchCase.kind === 'start-up' ? freshRunner : warmRunner;
  const all = variants.map((variant) => make(benchCase, variant, options));
  const failures = new Map<Runner, string>();
  let runners = all;
  const attempt = async (runner: Runner, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      failures.set(runner, failure);
      options.log(`${runner.label}: left out: ${failure}`);
      runners = runners.filter((other) => other !== runner);
      await runner.close();
    }
  };
  try {
    for (const runner of runners) {
      const began = performance.now();
      await attempt(runner, () => runner.warmUp());
      if (runners.includes(runner)) {
        options.log(`${runner.label}: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      }
    }
    if (benchCase.tolerance !== undefined) compareChecks(benchCase.tolerance, runners);
    for (let round = 0; round < options.rounds; round++) {
      const first = round % Math.max(runners.length, 1);
      for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
        await attempt(runner, () => runner.turn());
      }
    }
    return all.map((runner) => ({
      variant: runner.variant,
      samples: runner.samples,
      failure: failures.get(runner),
    }));
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

/** A process that stays: warm iterations, or its peak memory. */
function warmRunner(benchCase: BenchCase, variant: Variant, options: MeasureOptions): Runner {
  const label = labelOf(benchCase, variant);
  const samples: Samples = { wallMs: [], cpuMs: [], peakExtraBytes: [] };
  const checks: Runner['checks'] = [];
  let worker: WorkerProcess | undefined;
  return {
    variant,
    label,
    samples,
    checks,
    async warmUp() {
      worker = startWorker(label, variant, options);
      const { info } = await worker.ask({ cmd: 'setup', ...variant.setup });
      if (info) options.log(`${label}: ${JSON.stringify(info)}`);
      for (let i = 0; i < (benchCase.warmup ?? 3); i++) {
        checks.push((await worker.ask({ cmd: 'run', n: 1 })).check);
      }
      if (benchCase.tolerance !== undefined) options.log(`${label}: checks ${checks.join(', ')}`);
    },
    async turn() {
      if (!worker) return;
      if (benchCase.kind === 'memory') {
        const { peakExtraBytes } = await worker.ask({ cmd: 'memory' });
        if (peakExtraBytes !== undefined) samples.peakExtraBytes.push(peakExtraBytes);
        return;
      }
      const reply = await worker.ask({ cmd: 'run', n: benchCase.iterations ?? 1 });
      samples.wallMs.push(...(reply.wallMs ?? []));
      samples.cpuMs.push(...(reply.cpuMs ?? []));
    },
    close: async () => worker?.close(),
  };
}

/** A new process per turn, measured from its start to the end of its first iteration. */
function freshRunner(benchCase: BenchCase, variant: Variant, options: MeasureOptions): Runner {
  const label = labelOf(benchCase, variant);
  const samples: Samples = { wallMs: [], cpuMs: [], peakExtraBytes: [] };
  const checks: Runner['checks'] = [];
  const start = async (): Promise<{ reply: Reply; wallMs: number }> => {
    const began = performance.now();
    const worker = startWorker(label, variant, options);
    try {
      await worker.ask({ cmd: 'setup', ...variant.setup });
      const reply = await worker.ask({ cmd: 'run', n: 1 });
      return { reply, wallMs: performance.now() - began };
    } finally {
      await worker.close();
    }
  };
  return {
    variant,
    label,
    samples,
    checks,
    // Once, so that files are in the page cache for both sides.
    async warmUp() {
      checks.push((await start()).reply.check);
    },
    async turn() {
      const { reply, wallMs } = await start();
      samples.wallMs.push(wallMs);
      samples.cpuMs.push(reply.processCpuMs ?? NaN);
    },
    close: () => Promise.resolve(),
  };
}

function startWorker(label: string, variant: Variant, options: MeasureOptions): WorkerProcess {
  const threads = String(THREADS);
  const env = { ...process.env, OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads, ...variant.env };
  return new WorkerProcess(label, [...pinning(options.cpus), ...variant.argv], env, options.directory);
}

function labelOf(benchCase: BenchCase, variant: Variant): string {
  const side = variant.side === 'ours' ? 'ours' : benchCase.peerName;
  return `${benchCase.name}: ${side}${variant.name && ` (${variant.name})`}`;
}

/** @throws Error when a variant's checks differ from those of the first variant, or are missing */
export function compareChecks(
  tolerance: number,
  runners: readonly { label: string; checks: readonly (number | undefined | null)[] }[],
): void {
  const [reference, ...others] = runners;
  for (const other of others) {
    other.checks.forEach((check, i) => {
      const expected = reference?.checks[i];
      // Written so that NaN and missing checks fail.
      if (Math.abs(Number(check ?? NaN) - Number(expected ?? NaN)) <= tolerance) return;
      throw new Error(
        `the sides disagree: check ${i + 1} is ${expected} for '${reference?.label}' and ${check} for '${other.label}' ` +
          `(allowed difference ${tolerance})`,
      );
    });
  }
}
