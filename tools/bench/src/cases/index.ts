import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchCase } from '../harness/bench-case.ts';
import type { CaseResult } from '../harness/result.ts';
import { DILOCO_CASES, runDiloco } from '../gangs/diloco.ts';
import { runScaling, SCALING_CASES } from '../gangs/scaling.ts';

/** Case modules of each suite in the order of the table; each exports one {@link BenchCase} or more. */
export const SUITES: Record<string, { about: string; modules: string[] }> = {
  engine: {
    about: "our engine (libs/tensorflow) against PyTorch on this machine's CPU",
    modules: ['matmul', 'decoder', 'lookup', 'ovis-stages', 'generate', 'dispatch', 'start-up'],
  },
  allreduce: {
    about: 'our collectives (libs/allreduce) between processes of this machine against Gloo',
    modules: ['allreduce'],
  },
  checkpoint: {
    about:
      'checkpoints (libs/checkpoint) to S3 and disk against safetensors, boto3 and torch.distributed.checkpoint',
    modules: ['checkpoint'],
  },
  monitors: {
    about: "what a look at the visual tokens costs: the demo's step with one in every step, and without",
    modules: ['monitors'],
  },
  packing: {
    about: 'samples that share rows, and samples sorted by length, against padded batches',
    modules: ['packing'],
  },
};

/** What `--only`, `--rounds` and the rest say. */
export interface GangOptions {
  only: readonly string[];
  rounds?: number;
  log: (line: string) => void;
}

/** Suites of trainers that work together: they measure themselves. */
export const GANGS: Record<
  string,
  { about: string; cases: readonly string[]; run: (o: GangOptions) => Promise<CaseResult[]> }
> = {
  scaling: {
    about: "the demo's step with two trainers beside one: speed, waiting for the exchange, copies",
    cases: SCALING_CASES,
    run: runScaling,
  },
  diloco: {
    about:
      'local steps with an outer optimizer beside plain data parallel: loss at equal samples, bytes sent',
    cases: DILOCO_CASES,
    run: runDiloco,
  },
};

/** All cases of a suite. */
export async function casesOf(suite: string): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  for (const name of SUITES[suite]?.modules ?? []) {
    const url = new URL(`./${name}.ts`, import.meta.url);
    if (!existsSync(fileURLToPath(url))) continue;
    const module = (await import(url.href)) as Record<string, BenchCase | BenchCase[]>;
    cases.push(
      ...Object.values(module)
        .flat()
        .filter((value) => typeof value?.ours === 'string'),
    );
  }
  return cases;
}
