import { describe, expect, it } from 'vitest';
import { gpuMessages } from './devices.ts';
import { judgeGpus, judgeSmoke, type GpuFacts } from './judge-gpus.ts';
import { judgeLosses, SMOKE_TOLERANCE } from './smoke-step.ts';

const gpu = { name: 'NVIDIA L4', driver: '550.54.15', memory: 24e9, capability: '8.9' };
const facts = (change: Partial<GpuFacts>): GpuFacts => ({
  report: { gpus: [gpu] },
  engine: { backend: 'libtensorflow', gpu: false },
  cudaBuild: true,
  available: true,
  env: {},
  ...change,
});
const fixes = (change: Partial<GpuFacts>) => judgeGpus(facts(change)).map((problem) => problem.fix);

describe('doctor on GPUs', () => {
  it('finds nothing wrong where the engine uses one, or there is none', () => {
    expect(judgeGpus(facts({ engine: { gpu: true } }))).toEqual([]);
    expect(judgeGpus(facts({ report: { gpus: [] } }))).toEqual([]);
  });

  it('names setup --cuda for a library that is built for CPUs, unless that library was named', () => {
    expect(fixes({ cudaBuild: false })).toEqual([expect.stringMatching(/^`npm run ovis -- setup --cuda`/)]);
    expect(fixes({ cudaBuild: false, env: { LIBTENSORFLOW_PATH: '/x' } })[0]).toMatch(/unset/);
    expect(fixes({ cudaBuild: false, available: false })[0]).toMatch(/WSL 2/);
  });

  it('says why a CUDA build does not see the GPU', () => {
    expect(fixes({ env: { CUDA_VISIBLE_DEVICES: '-1' } })[0]).toMatch(/CUDA_VISIBLE_DEVICES="-1" hides/);
    const old = (change: Partial<typeof gpu>) => ({ report: { gpus: [{ ...gpu, ...change }] } });
    expect(fixes(old({ driver: '470.82.01' }))[0]).toMatch(/driver 470\.82\.01 is too old/);
    expect(fixes(old({ capability: '5.2' }))[0]).toMatch(/compute capability is 5\.2/);
    expect(fixes({ env: { LD_LIBRARY_PATH: '/usr/local/cuda/lib64' } })[0]).toMatch(/unset LD_LIBRARY_PATH/);
    const log = ['Cannot dlopen some GPU libraries.'];
    expect(judgeGpus(facts({ engine: { log } }))[0]?.what).toContain(log[0]);
  });

  it('repeats what a broken driver says', () => {
    const report = { gpus: [], problem: 'Failed to initialize NVML: Driver/library version mismatch' };
    expect(judgeGpus(facts({ report }))).toMatchObject([
      { level: 'warning', what: expect.stringContaining('version mismatch') as string },
    ]);
  });

  it('takes a failed smoke step for an error, with XLA alone for a warning', () => {
    const run = { ok: false, losses: [], firstMs: 0, stepMs: 0, error: 'no ptxas' };
    const runs = [
      { ...run, mode: 'graph' as const },
      { ...run, mode: 'xla' as const },
      { ...run, mode: 'graph' as const, ok: true },
    ];
    expect(judgeSmoke({ gpu: true, smoke: { device: 'GPU:0', expected: [], runs } })).toMatchObject([
      { level: 'error', what: 'smoke step (graph) on GPU:0: no ptxas' },
      { level: 'warning', what: 'smoke step (xla) on GPU:0: no ptxas' },
    ]);
  });

  it('accepts losses within the tolerance only, and no NaN', () => {
    expect(judgeLosses([1, 2 + SMOKE_TOLERANCE / 2], [1, 2])).toBeUndefined();
    expect(judgeLosses([1, 2 + SMOKE_TOLERANCE * 2], [1, 2])).toMatch(/loss of step 2 is 2\.004, 2\.000000/);
    expect(judgeLosses([Number.NaN], [1])).toMatch(/is NaN/);
    expect(judgeLosses([1], [1, 2])).toMatch(/step 2 is undefined/);
  });
});

it("takes libtensorflow's warnings of GPUs from its messages", () => {
  const stderr = `WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795488888.217210   15439 port.cc:153] oneDNN custom operations are on.
E0000 00:00:1795488888.965147   15439 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: UNKNOWN ERROR (303)
W0000 00:00:1795488888.965147   15439 gpu_device.cc:2431] Cannot dlopen some GPU libraries. Please make sure
2025-01-01 10:00:00.123456: W tensorflow/core/common_runtime/gpu/gpu_device.cc:2348] Cannot dlopen some GPU libraries. Please make sure
W0000 00:00:1795488888.965147   15439 other.cc:1] something else`;
  expect(gpuMessages(stderr)).toEqual([
    'failed call to cuInit: INTERNAL: CUDA error: UNKNOWN ERROR (303)',
    'Cannot dlopen some GPU libraries. Please make sure',
  ]);
});
