import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type FoundPython = { python: string; missing?: undefined } | { python?: undefined; missing: string };

const SCRIPT = fileURLToPath(new URL('../python/reference.py', import.meta.url));

/** A Python with PyTorch, transformers and safetensors: OVIS_PYTHON, else the environment that setup.mjs makes. */
export function findPython(env: NodeJS.ProcessEnv = process.env): FoundPython {
  const named = env['OVIS_PYTHON'];
  if (named) {
    const check = spawnSync(named, ['-c', 'import safetensors, torch, transformers'], { encoding: 'utf8' });
    if (check.status === 0) return { python: named };
    const why = check.error?.message ?? check.stderr.trim().split('\n').at(-1);
    return { missing: `OVIS_PYTHON (${named}) has not all of safetensors, torch, transformers: ${why}` };
  }
  const folder = join(env['OVIS_CACHE_DIR'] || join(homedir(), '.cache', 'ovis'), 'parity-python');
  if (!existsSync(join(folder, 'complete'))) {
    return { missing: "skipped: no Python with PyTorch; 'node tools/parity-python/setup.mjs' makes one" };
  }
  const bin = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return { python: join(folder, ...bin) };
}

/** Runs python/reference.py; returns the JSON it prints last. @throws Error with what it wrote */
export function reference(python: string, args: string[], input = ''): unknown {
  const run = spawnSync(python, [SCRIPT, ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: 2 ** 28,
    // Files only: nothing is fetched from a hub, and no GPU computes.
    env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '' },
  });
  if (run.status !== 0) throw new Error(`reference.py ${args[0]} failed:\n${run.stderr}`);
  return JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
}
