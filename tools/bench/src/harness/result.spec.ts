import { expect, test } from 'vitest';
import type { BenchCase } from './bench-case.ts';
import type { Measured } from './measure.ts';
import { json, table } from './report.ts';
import { caseResult } from './result.ts';

const base: BenchCase = {
  name: 'some',
  ours: 'o.ts',
  peer: 'p.py',
  peerName: 'PyTorch',
  unit: 'ms',
  rounds: 3,
};

function measured(
  side: 'ours' | 'peer',
  name: string,
  samples: Partial<Measured['samples']>,
  failure?: string,
): Measured {
  const variant = { side, name, argv: [], env: {}, setup: {} };
  return { variant, samples: { wallMs: [], cpuMs: [], peakExtraBytes: [], ...samples }, failure };
}

test('the fastest variant of each side counts, by wall time', () => {
  const result = caseResult(
    base,
    [
      measured('ours', 'eager', { wallMs: [30, 31, 32], cpuMs: [31, 31, 31] }),
      measured('ours', 'compiled', { wallMs: [20, 21, 90], cpuMs: [40, 42, 42] }),
      measured('peer', 'eager', { wallMs: [42, 42, 42], cpuMs: [84, 84, 84] }),
      measured('peer', 'compiled', { wallMs: [50, 50, 50], cpuMs: [60, 60, 60] }),
    ],
    3,
  );
  expect(result).toMatchObject({ case: 'some', ours: 21, oursVariant: 'compiled', peer: 42, ratio: 0.5 });
  expect(result).toMatchObject({ peerName: 'PyTorch (eager)', ratioCpu: 0.5, peerCores: 2, better: 'lower' });
  expect(result.error).toBeUndefined();
});

test('the result says what every form took, and why one did not run', () => {
  const result = caseResult(
    base,
    [
      measured('ours', '', { wallMs: [20], cpuMs: [40] }),
      measured('peer', 'eager', { wallMs: [42], cpuMs: [84] }),
      // Fast until it died: does not count.
      measured(
        'peer',
        'compiled',
        { wallMs: [1], cpuMs: [1] },
        'failed at setup\n    Traceback\n    no C++ compiler',
      ),
    ],
    1,
  );
  expect(result).toMatchObject({ peer: 42, peerName: 'PyTorch (eager)' });
  expect(result.forms).toEqual([
    { side: 'ours', form: '', value: 20, cpu: 40 },
    { side: 'peer', form: 'eager', value: 42, cpu: 84 },
    { side: 'peer', form: 'compiled', value: null, cpu: null, error: expect.any(String) as string },
  ]);
  expect(table([result]).split('\n').at(-1)).toBe(
    "some: the peer's form 'compiled' was left out: failed at setup ... no C++ compiler",
  );
});

test('microseconds are per operation and may be CPU time', () => {
  const perOperation: BenchCase = { ...base, unit: 'us', clock: 'cpu', perIteration: 1000 };
  const result = caseResult(perOperation, [measured('ours', '', { wallMs: [9], cpuMs: [8] })], 1);
  expect(result).toMatchObject({ ours: 8, oursCpu: 8, peer: null, ratio: null });
});

test('of tokens per second the highest counts', () => {
  const tokens: BenchCase = { ...base, unit: 'tokens/s', perIteration: 64 };
  const result = caseResult(
    tokens,
    [
      measured('ours', '', { wallMs: [500], cpuMs: [500] }),
      measured('peer', 'slow', { wallMs: [2000], cpuMs: [2000] }),
      measured('peer', 'fast', { wallMs: [1000], cpuMs: [1000] }),
    ],
    1,
  );
  expect(result).toMatchObject({
    ours: 128,
    peer: 64,
    peerName: 'PyTorch (fast)',
    ratio: 0.5,
    better: 'higher',
  });
});

test('memory has no CPU time', () => {
  const memory: BenchCase = { ...base, unit: 'bytes', kind: 'memory' };
  const result = caseResult(
    memory,
    [measured('ours', '', { peakExtraBytes: [2e6] }), measured('peer', '', { peakExtraBytes: [8e6] })],
    1,
  );
  expect(result).toMatchObject({ ours: 2e6, peer: 8e6, ratio: 0.25, oursCpu: null, ratioCpu: null });
});

test('the JSON is one line with the agreed fields', () => {
  const result = caseResult(
    base,
    [measured('ours', '', { wallMs: [1], cpuMs: [1] })],
    1,
    'no peer: no python3',
  );
  const text = json([result]);
  expect(text).not.toContain('\n');
  const [one] = (JSON.parse(text) as { cases: Record<string, unknown>[] }).cases;
  expect(one).toMatchObject({
    case: 'some',
    ours: 1,
    peer: null,
    peerName: 'PyTorch',
    unit: 'ms',
    ratio: null,
  });
});

test('the table shows a missing peer as a dash and says why', () => {
  const missing = caseResult(
    base,
    [measured('ours', '', { wallMs: [1.5], cpuMs: [3] })],
    1,
    'no peer: no python3',
  );
  const [header, , row, note] = table([missing]).split('\n');
  expect(header).toMatch(/^case +ours +peer +unit +ratio/);
  expect(row).toMatch(/^some +1\.50 +- +ms +- +- +- +2\.0 \/ -/);
  expect(note).toBe('some: no peer: no python3');
});
