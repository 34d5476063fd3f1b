import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchCase } from '../harness/bench-case.ts';

/** Case modules in the order of the table; each exports one {@link BenchCase} or more. */
const MODULES = ['matmul', 'decoder', 'lookup', 'ovis-stages', 'generate', 'dispatch', 'start-up'];

/** All cases of the suite. */
export async function engineCases(): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  for (const name of MODULES) {
    const url = new URL(`./${name}.ts`, import.meta.url);
    if (!existsSync(fileURLToPath(url))) continue;
    const module = (await import(url.href)) as Record<string, BenchCase>;
    cases.push(...Object.values(module).filter((value) => typeof value?.ours === 'string'));
  }
  return cases;
}
