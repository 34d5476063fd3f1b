import { describe, expect, it } from 'vitest';
import { fromBf16, fromF16, toBf16, toF16 } from './half.ts';
import { reduceOps, reduceRange, type Dtype, type Numbers, type ReduceOp } from './reduce.ts';

const codecs = {
  f16: { from: fromF16, to: toF16 },
  bf16: { from: fromBf16, to: toBf16 },
} as const;

describe.each(['f16', 'bf16'] as const)('%s', (dtype) => {
  const { from, to } = codecs[dtype];

  it('comes back from float32 as it was, every value', () => {
    for (let value = 0; value < 65_536; value += 1) {
      const number = from(value);
      if (Number.isNaN(number)) expect(Number.isNaN(from(to(number)))).toBe(true);
      else if (to(number) !== value) expect([value, to(number)]).toEqual([value, value]);
    }
  });

  it('rounds what lies between two values to the nearer one, and ties to even', () => {
    for (let value = 0; value < 0x7b00; value += 1) {
      const [low, high] = [from(value), from(value + 1)];
      const middle = (low + high) / 2;
      const even = value % 2 === 0 ? value : value + 1;
      const got = [to(middle), to(low + (high - low) * 0.49), to(low + (high - low) * 0.51)];
      if (got.join() !== [even, value, value + 1].join())
        expect([value, ...got]).toEqual([value, even, value, value + 1]);
    }
  });

  it('keeps infinities, and makes them of what is too large', () => {
    expect(from(to(Infinity))).toBe(Infinity);
    expect(from(to(-3.4e38))).toBe(dtype === 'f16' ? -Infinity : from(to(-3.4e38)));
    expect(from(to(1e39))).toBe(Infinity);
  });
});

/** Plain arithmetic in double precision, rounded where the kernel says. */
function plain(op: ReduceOp, dtype: Dtype, values: number[]): number {
  const [first = 0, ...rest] = values;
  if (op === 'min') return Math.min(...values);
  if (op === 'max') return Math.max(...values);
  if (dtype === 'i32') return rest.reduce((sum, x) => (sum + x) | 0, first);
  const sum = rest.reduce((a, b) => Math.fround(a + b), first);
  return op === 'mean' ? Math.fround(sum * Math.fround(1 / values.length)) : sum;
}

describe.each(['f32', 'i32', 'f16', 'bf16'] as const)('%s', (dtype) => {
  const make = (length: number, seed: number): Numbers => {
    const value = (i: number) => Math.sin(i * 7.13 + seed) * 100;
    if (dtype === 'f32') return Float32Array.from({ length }, (_, i) => value(i));
    if (dtype === 'i32') return Int32Array.from({ length }, (_, i) => Math.trunc(value(i) * 4e7));
    return Uint16Array.from({ length }, (_, i) => codecs[dtype].to(value(i)));
  };
  const read = (x: number) => (dtype === 'f16' || dtype === 'bf16' ? codecs[dtype].from(x) : x);
  const write = (x: number) => (dtype === 'f16' || dtype === 'bf16' ? codecs[dtype].to(x) : x);

  it.each(reduceOps.filter((op) => !(dtype === 'i32' && op === 'mean')))(
    '%s equals plain arithmetic',
    (op) => {
      for (const world of [1, 2, 3, 5]) {
        for (const length of [0, 1, 63, 1000, 8193]) {
          const parts = Array.from({ length: world }, (_, r) => make(length, r));
          const expected = Array.from({ length }, (_, i) =>
            write(
              plain(
                op,
                dtype,
                parts.map((part) => read(part[i] as number)),
              ),
            ),
          );
          const begin = Math.floor(length / 3);
          const target = make(length, 99);
          const before = target.slice();
          reduceRange(op, dtype, target, parts, begin, length);
          expect([...target.slice(begin)]).toEqual(
            expected.slice(begin).map((x) => (dtype === 'f32' ? Math.fround(x) : x)),
          );
          expect([...target.slice(0, begin)]).toEqual([...before.slice(0, begin)]);
          // In place.
          reduceRange(op, dtype, parts[world - 1]!, parts, 0, length);
          expect([...parts[world - 1]!.slice(begin)]).toEqual([...target.slice(begin)]);
        }
      }
    },
  );
});

it('a NaN of any rank is the result', () => {
  for (const op of reduceOps) {
    const parts = [Float32Array.of(1, NaN), Float32Array.of(NaN, 2)];
    const target = new Float32Array(2);
    reduceRange(op, 'f32', target, parts, 0, 2);
    expect([...target]).toEqual([NaN, NaN]);
  }
});
