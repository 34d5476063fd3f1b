import { describe, expect, it } from 'vitest';
import { convertFloats, toFloat32, type FloatDtype } from './float16.ts';

/** Every 16-bit pattern. */
const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
const types = [
  { dtype: 'F16' as const, infinity: 0x7c00 },
  { dtype: 'BF16' as const, infinity: 0x7f80 },
];

const widen = (data: Uint16Array, dtype: FloatDtype): Float32Array =>
  toFloat32({ dtype, shape: [data.length], data });

/** The values above zero of a type, in order: by their patterns, up to and with infinity. */
function positives(dtype: FloatDtype, infinity: number): Float32Array {
  return widen(patterns.subarray(0, infinity + 1), dtype);
}

describe.each(types)('$dtype', ({ dtype, infinity }) => {
  it('every value survives F32 and back; NaN stays NaN, zero keeps its sign', () => {
    const wide = widen(patterns, dtype);
    const back = convertFloats(wide, 'F32', dtype) as Uint16Array;
    const isNan = (bits: number): boolean => (bits & 0x7fff) > infinity;
    const wrong = patterns.filter((bits) =>
      isNan(bits)
        ? !Number.isNaN(wide[bits]) || !isNan(back[bits]!)
        : back[bits] !== bits || Number.isNaN(wide[bits]),
    );
    expect([...wrong]).toEqual([]);
    expect(Object.is(wide[0x8000], -0)).toBe(true);
  });

  it.each(['F32', 'F64'] as const)('%s rounds to the nearest, halfway to the even one', (from) => {
    const values = positives(dtype, infinity);
    const last = infinity - 1;
    // Beyond the largest value as if there were another one.
    const next = (i: number): number => (i < last ? values[i + 1]! : 2 * values[last]! - values[last - 1]!);
    const make = (f: (i: number) => number) => {
      const all = Array.from({ length: infinity }, (_, i) => f(i));
      return from === 'F32' ? Float32Array.from(all) : Float64Array.from(all);
    };
    // F32 has no number between BF16's smallest subnormals and their middle's neighbours at 2^-40 of a step: a coarser one.
    const step = from === 'F32' ? 2 ** -8 : 2 ** -40;
    const middle = (i: number): number => (values[i]! + next(i)) / 2;
    const gap = (i: number): number => (next(i) - values[i]!) * step;
    const down = convertFloats(
      make((i) => middle(i) - gap(i)),
      from,
      dtype,
    );
    const even = convertFloats(make(middle), from, dtype);
    const up = convertFloats(
      make((i) => middle(i) + gap(i)),
      from,
      dtype,
    );
    const wrong = Array.from({ length: infinity }, (_, i) => i).filter(
      (i) => down[i] !== i || up[i] !== i + 1 || even[i] !== (i % 2 === 0 ? i : i + 1),
    );
    expect(wrong).toEqual([]);
    const negative = convertFloats(
      make((i) => -middle(i)),
      from,
      dtype,
    );
    expect([...(negative as Uint16Array)]).toEqual([...(even as Uint16Array)].map((bits) => bits | 0x8000));
  });

  it('what is too large is infinite, what is too small is zero', () => {
    const data = new Float64Array([1e300, -1e300, Infinity, 1e-300, -1e-300, NaN]);
    const out = widen(convertFloats(data, 'F64', dtype) as Uint16Array, dtype);
    expect([...out]).toEqual([Infinity, -Infinity, Infinity, 0, -0, NaN]);
  });
});

it('a NaN whose upper bits alone would be infinity stays NaN', () => {
  const data = new Float32Array(new Uint32Array([0x7f800001, 0xff800001]).buffer);
  expect(convertFloats(data, 'F32', 'BF16')).toEqual(new Uint16Array([0x7fc0, 0xffc0]));
  expect(convertFloats(data, 'F32', 'F16')).toEqual(new Uint16Array([0x7e00, 0xfe00]));
});

it('F16 and BF16 are converted to each other with one rounding', () => {
  const halves = new Uint16Array([0x3c01, 0x0001, 0x7bff]);
  const wide = widen(halves, 'F16');
  expect(convertFloats(halves, 'F16', 'BF16')).toEqual(convertFloats(wide, 'F32', 'BF16'));
});

it('refuses what holds no floats', () => {
  expect(() => convertFloats(new Int32Array(1), 'I32', 'BF16')).toThrow('a tensor of I32 holds no floats');
});
