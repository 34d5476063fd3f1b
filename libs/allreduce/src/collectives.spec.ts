import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, errorOf, formGroup, random } from '../test/groups.ts';
import type { HalfBuffer, NumberBuffer, ProcessGroup } from './index.ts';
import { CollectiveMismatchError, fromBf16, fromF16, toBf16, toF16 } from './index.ts';
import { dtypes, reduceOps, type Dtype, type ReduceOp } from './kernels/reduce.ts';

type Formed = Awaited<ReturnType<typeof formGroup>>;
const formed: Formed[] = [];
async function form(world: number): Promise<ProcessGroup[]> {
  const made = await formGroup(world);
  formed.push(made);
  return made.groups;
}
afterEach(async () => {
  for (const made of formed.splice(0)) await closeAll(made);
});

const round = {
  f32: Math.fround,
  i32: (x: number) => x | 0,
  f16: (x: number) => fromF16(toF16(x)),
  bf16: (x: number) => fromBf16(toBf16(x)),
};

/** Numbers that the dtype holds exactly. */
function numbers(dtype: Dtype, length: number, seed: number): number[] {
  const next = random(seed + 1);
  return Array.from({ length }, () => {
    const value = (next() - 0.5) * 10 ** Math.floor(next() * 4);
    return dtype === 'i32' ? Math.trunc(value * 1e9) | 0 : round[dtype](value);
  });
}

function buffer(dtype: Dtype, values: readonly number[]): NumberBuffer {
  if (dtype === 'f32') return Float32Array.from(values);
  if (dtype === 'i32') return Int32Array.from(values);
  return { dtype, data: Uint16Array.from(values, dtype === 'f16' ? toF16 : toBf16) };
}

function values(b: NumberBuffer): number[] {
  if (b instanceof Float32Array || b instanceof Int32Array) return [...b];
  return Array.from((b as HalfBuffer).data, b.dtype === 'f16' ? fromF16 : fromBf16);
}

/** The reduction, plainly: in rank order, in float32 for floats, rounded to the dtype at the end. */
function reduced(op: ReduceOp, dtype: Dtype, inputs: readonly number[][]): number[] {
  const [first = [], ...rest] = inputs;
  return first.map((start, i) => {
    const others = rest.map((list) => list[i] as number);
    if (op === 'min') return Math.min(start, ...others);
    if (op === 'max') return Math.max(start, ...others);
    if (dtype === 'i32') return others.reduce((sum, x) => (sum + x) | 0, start);
    const sum = others.reduce((a, b) => Math.fround(a + b), start);
    return round[dtype](op === 'mean' ? Math.fround(sum * Math.fround(1 / inputs.length)) : sum);
  });
}

const segmentOf = (list: readonly number[], rank: number, world: number) =>
  list.slice(Math.floor((list.length * rank) / world), Math.floor((list.length * (rank + 1)) / world));

/** Odd sizes around the limits: one and two steps, one and several frames. */
const lengths = (world: number) => [0, 1, 1023, 8193, 16_387, 40_001 + world];

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('in a world of %i', (world) => {
  it.each(dtypes)('allReduce, reduceScatter and allGather of %s equal plain arithmetic', async (dtype) => {
    const groups = await form(world);
    const ops = reduceOps.filter((op) => !(dtype === 'i32' && op === 'mean'));
    for (const [i, length] of lengths(world).entries()) {
      const op = ops[i % ops.length]!;
      const inputs = groups.map((_, rank) => numbers(dtype, length, 31 * rank + length));
      const expected = reduced(op, dtype, inputs);

      const buffers = inputs.map((input) => buffer(dtype, input));
      await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!, { op })));
      for (const b of buffers) expect(values(b), `${op} of ${length}`).toEqual(expected);

      const whole = inputs.map((input) => buffer(dtype, input));
      const parts = groups.map((_, rank) =>
        buffer(
          dtype,
          segmentOf(expected, rank, world).map(() => 0),
        ),
      );
      await Promise.all(groups.map((group, rank) => group.reduceScatter(whole[rank]!, parts[rank]!, { op })));
      parts.forEach((part, rank) => expect(values(part)).toEqual(segmentOf(expected, rank, world)));
      whole.forEach((b, rank) => expect(values(b)).toEqual(inputs[rank]));

      const outputs = groups.map(() =>
        buffer(
          dtype,
          expected.map(() => 0),
        ),
      );
      await Promise.all(groups.map((group, rank) => group.allGather(parts[rank]!, outputs[rank]!)));
      for (const output of outputs) expect(values(output)).toEqual(expected);
    }
  });
});

describe('calls under way at the same time', () => {
  it('give each its own result, in the order they were made', async () => {
    const groups = await form(3);
    const sizes = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 20_000 + i : 1 + i));
    const all = groups.map((group, rank) =>
      sizes.map((size, i) => {
        const b = new Float32Array(size).fill((rank + 1) * (i + 1));
        return { b, done: group.allReduce(b, { tag: `bucket ${i}` }) };
      }),
    );
    await Promise.all(all.flat().map(({ done }) => done));
    for (const calls of all)
      calls.forEach(({ b }, i) =>
        expect(
          b.every((x) => x === 6 * (i + 1)),
          `bucket ${i}`,
        ).toBe(true),
      );
  });
});

describe('compression', () => {
  it.each(['bf16', 'f16'] as const)(
    'sends %s: the sums of rounded contributions, the same on all ranks',
    async (dtype) => {
      const groups = await form(3);
      for (const length of [7, 50_001]) {
        const inputs = groups.map((_, rank) => numbers('f32', length, rank));
        const buffers = inputs.map((input) => Float32Array.from(input));
        await Promise.all(
          groups.map((group, rank) => group.allReduce(buffers[rank]!, { compression: dtype })),
        );
        const expected = reduced(
          'sum',
          dtype,
          inputs.map((input) => input.map(round[dtype])),
        );
        for (const b of buffers) expect([...b]).toEqual(expected);
      }
      await expect(groups[0]!.allReduce(new Int32Array(2), { compression: dtype })).rejects.toThrow(
        /only float32/,
      );
    },
  );
});

describe('a rank that calls something else', () => {
  const cases: [
    string,
    (g: ProcessGroup) => Promise<unknown>,
    (g: ProcessGroup) => Promise<unknown>,
    RegExp[],
  ][] = [
    [
      'dtype',
      (g) => g.allReduce(new Float32Array(100)),
      (g) => g.allReduce(new Int32Array(100)),
      [/sum of f32/, /sum of i32/],
    ],
    [
      'operation',
      (g) => g.allReduce(new Float32Array(100_000)),
      (g) => g.allReduce(new Float32Array(100_000), { op: 'max' }),
      [/sum of f32/, /max of f32/],
    ],
    [
      'tag',
      (g) => g.allReduce(new Float32Array(9), { tag: 'layer 1' }),
      (g) => g.allReduce(new Float32Array(9), { tag: 'layer 2' }),
      [/tagged 'layer [12]'/, /another tag/],
    ],
    [
      'size',
      (g) => g.reduceScatter(new Float32Array(30), new Float32Array(10)),
      (g) => g.reduceScatter(new Float32Array(33), new Float32Array(11)),
      [/of 120 bytes/, /of 132 bytes/],
    ],
  ];
  it.each(cases)('another %s is named on every rank at once', async (_what, one, other, patterns) => {
    const groups = await form(3);
    await Promise.all(groups.map((group) => group.barrier()));
    const begin = performance.now();
    const errors = await Promise.all(
      groups.map((group, rank) => errorOf(rank === 1 ? other(group) : one(group))),
    );
    expect(performance.now() - begin).toBeLessThan(1_000);
    for (const error of errors) {
      expect(error).toBeInstanceOf(CollectiveMismatchError);
      for (const pattern of patterns) expect(error?.message).toMatch(pattern);
    }
  });

  it('is told at once what no group can do', async () => {
    const [group] = await form(1);
    await expect(group!.allReduce(new Int32Array(3), { op: 'mean' })).rejects.toThrow(
      /mean of whole numbers/,
    );
    await expect(group!.reduceScatter(new Float32Array(3), new Float32Array(2))).rejects.toThrow(
      /output has 2 f32/,
    );
    await expect(group!.allReduce(new Float64Array(2) as unknown as Float32Array)).rejects.toThrow(
      /none that collectives take/,
    );
  });
});
