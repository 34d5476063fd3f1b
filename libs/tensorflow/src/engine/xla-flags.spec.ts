import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { xlaFlags } from './xla-flags.ts';

describe('xlaFlags', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'ovis-flags-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('name the folder of ptxas and libdevice, beside what is set, where it is there', () => {
    const library = { main: join(root, 'tensorflow', 'libtensorflow_cc.so.2'), version: '2.20.0' };
    expect(xlaFlags(library, '')).toBeUndefined();
    const toolkit = join(root, 'nvidia', 'cuda_nvcc');
    mkdirSync(join(toolkit, 'nvvm', 'libdevice'), { recursive: true });
    writeFileSync(join(toolkit, 'nvvm', 'libdevice', 'libdevice.10.bc'), '');
    const flag = `--xla_gpu_cuda_data_dir=${toolkit}`;
    expect(xlaFlags(library, '')).toBe(flag);
    expect(xlaFlags(library, '--xla_dump_to=d')).toBe(`--xla_dump_to=d ${flag}`);
    expect(xlaFlags(library, '--xla_gpu_cuda_data_dir=/usr/local/cuda')).toBeUndefined();
  });

  it('limit YNN to single products in the version that has it, unless it is set', () => {
    const name = '--xla_cpu_experimental_ynn_fusion_type=';
    const flag = `${name}LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT`;
    const at = (version: string, flags = '') => xlaFlags({ main: join(root, 'x.so'), version }, flags);
    expect(at('2.21.0')).toBe(flag);
    expect(at('2.20.0')).toBeUndefined();
    expect(at('2.21.0', `${name}LIBRARY_FUSION_TYPE_DOT`)).toBeUndefined();
  });

  // Without that flag the child dies by a signal within a second.
  it('let threads run an XLA function for the first time at once', { timeout: 60_000 }, async () => {
    const child = fileURLToPath(new URL('xla-race-child.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      child,
    ]);
    expect(stdout).toBe('survived');
  });
});
