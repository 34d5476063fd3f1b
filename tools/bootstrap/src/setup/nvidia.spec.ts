import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, temporaryDirectory } from '../../test/fake-programs.ts';
import { findDriver, gpuInfo, parseGpus } from './nvidia.ts';

const GiB = 1024 ** 3;
const TWO = 'NVIDIA H100 80GB HBM3, 550.54.15, 81920, 80896, 9.0\nNVIDIA L4, 550.54.15, 23552, 1024, 8.9';
const H100 = {
  name: 'NVIDIA H100 80GB HBM3',
  driver: '550.54.15',
  memory: 80 * GiB,
  freeMemory: 79 * GiB,
  capability: '9.0',
};
const L4 = { name: 'NVIDIA L4', driver: '550.54.15', memory: 23 * GiB, freeMemory: GiB, capability: '8.9' };

let root: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  root = temporaryDirectory();
  env = { PATH: root };
});
afterEach(() => fs.rmSync(root, { recursive: true }));

/** An nvidia-smi that prints `text` and ends with `code`. */
const smi = (text: string, code = 0, before = '') =>
  program(path.join(root, 'nvidia-smi'), `${before}\necho "${text}"\nexit ${code}`);
const driver = (device: boolean) => findDriver(env, () => Promise.resolve(device));

describe('nvidia-smi', () => {
  it('tells of two GPUs, which is a driver that works', async () => {
    smi(TWO);
    expect(await gpuInfo(env)).toEqual({ gpus: [H100, L4] });
    expect(await driver(true)).toEqual({
      found: true,
      says: 'NVIDIA H100 80GB HBM3 and 1 more, driver 550.54.15',
    });
  });

  it('is asked again without the compute capability by drivers that do not know the word', async () => {
    const refusal = 'Field \\"compute_cap\\" is not a valid field to query.';
    smi(
      'Tesla T4, 470.82.01, 15109, 15000',
      0,
      `case "$1" in *compute_cap*) echo "${refusal}"; exit 2;; esac`,
    );
    const { gpus, problem } = await gpuInfo(env);
    expect(problem).toBeUndefined();
    expect(gpus).toMatchObject([{ name: 'Tesla T4', driver: '470.82.01' }]);
    expect(gpus[0]).not.toHaveProperty('capability');
  });

  it('is missing: no GPU and no problem; a device file still means a driver', async () => {
    expect(await gpuInfo(env)).toEqual({ gpus: [] });
    expect(await driver(false)).toEqual({
      found: false,
      says: 'no nvidia-smi and no device file of the driver',
    });
    expect(await driver(true)).toMatchObject({ found: true });
  });

  it.each([
    [
      'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.',
      9,
      /has failed because/,
    ],
    [
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54',
      18,
      /Driver\/library version mismatch$/,
    ],
    ['No devices were found', 6, /No devices were found/],
    ['No devices were found', 0, /No devices were found/],
    ['', 3, /exit code 3/],
  ])('fails with "%s", exit code %i: a driver that does not work', async (text, code, problem) => {
    smi(text, code);
    expect(await gpuInfo(env)).toEqual({ gpus: [], problem: expect.stringMatching(problem) as string });
    expect(await driver(true)).toEqual({ found: false, says: expect.stringMatching(problem) as string });
  });

  it('loses one of two GPUs: the other counts, and the loss is told', async () => {
    const lost = 'Unable to determine the device handle for GPU 0000:41:00.0: Unknown Error';
    smi(`${lost}\n${TWO.split('\n')[1]}`, 15);
    expect(await gpuInfo(env)).toEqual({ gpus: [L4], problem: lost });
    expect(await driver(true)).toMatchObject({ found: true });
  });

  it('does not know every number', () => {
    expect(parseGpus('NVIDIA GB10, 580.95.05, [N/A], [N/A], 12.1\n')).toEqual([
      { name: 'NVIDIA GB10', driver: '580.95.05', capability: '12.1' },
    ]);
    expect(parseGpus('\n')).toEqual([]);
  });
});
