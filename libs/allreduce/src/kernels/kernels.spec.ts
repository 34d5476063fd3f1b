import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contribution, random } from '../../test/groups.ts';
import { decodeHalves, decodeHalvesPlain, encodeHalves, encodeHalvesPlain } from './convert.ts';
import { dequantize, dequantizePlain, INT8_BLOCK, int8Bytes, quantize, quantizePlain } from './int8.ts';
import { reduceOps, reducePlain, reduceRange, type Dtype, type Numbers } from './reduce.ts';
import { freeSlot, takeSlot, workspace } from './workspace.ts';

const bytes = (a: ArrayBufferView) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

it('the committed module is what the sources give', () => {
  const script = fileURLToPath(new URL('../../scripts/build-kernels.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'inherit' });
}, 60_000);

it('this machine has the kernels', () => expect(workspace()).toBeDefined());

/** Every pattern of 32 bits that may be special, and many that are not. */
function floats(length: number): Float32Array {
  const next = random(length);
  const words = Uint32Array.from({ length }, (_, i) => {
    const special = [0, 0x80000000, 0x7f800000, 0xff800000, 0x7f7fffff, 1, 0x33000000, 0x477ff000];
    if (i < special.length) return special[i] as number;
    // Exponents around the ranges of 16-bit floats, ties included.
    const exponent = i % 3 === 0 ? 90 + Math.floor(next() * 60) : Math.floor(next() * 255);
    const mantissa = i % 5 === 0 ? Math.floor(next() * 1024) << 12 : Math.floor(next() * 2 ** 23);
    return ((next() < 0.5 ? 0x80000000 : 0) | (exponent << 23) | mantissa) >>> 0;
  });
  return new Float32Array(words.buffer);
}

describe.each(['bf16', 'f16'] as const)('%s', (dtype) => {
  it('is encoded and decoded as the definition says, bit for bit', () => {
    for (const length of [0, 1, 7, 9, 8_192, 200_003]) {
      const values = floats(length);
      const expected = encodeHalvesPlain(dtype, values, new Uint16Array(length));
      expect(bytes(encodeHalves(dtype, values)).equals(bytes(expected))).toBe(true);
    }
    const nan = Uint32Array.of(0x7fc00000, 0xffc00001, 0x7f800001, 0xff812345);
    const nans = new Float32Array(nan.buffer);
    expect(
      [...encodeHalves(dtype, nans)].every((x) => (x & 0x7fff) > (dtype === 'f16' ? 0x7c00 : 0x7f80)),
    ).toBe(true);
    const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const [fast, plain] = [new Float32Array(65_536), new Float32Array(65_536)];
    decodeHalves(dtype, all, fast);
    decodeHalvesPlain(dtype, all, plain);
    expect(fast).toEqual(plain);
    const finite = (a: Float32Array) => new Int32Array(a.map((x) => (Number.isNaN(x) ? 0 : x)).buffer);
    expect(bytes(finite(fast)).equals(bytes(finite(plain)))).toBe(true);
  });
});

describe('reduceRange', () => {
  const make: Record<Dtype, (length: number, seed: number) => Numbers> = {
    f32: (length, seed) => contribution(seed, length, 3),
    i32: (length, seed) => new Int32Array(floats(length + seed).buffer).slice(seed),
    f16: (length, seed) => encodeHalves('f16', contribution(seed, length, 4)),
    bf16: (length, seed) => encodeHalves('bf16', contribution(seed, length, 5)),
  };
  it.each(['f32', 'i32', 'f16', 'bf16'] as const)('%s has the bits of its definition', (dtype) => {
    for (const op of reduceOps.filter((o) => !(dtype === 'i32' && o === 'mean'))) {
      for (const [length, begin, end] of [
        [0, 0, 0],
        [70, 3, 70],
        [8_193, 1, 8_193],
        [20_001, 5, 19_998],
      ] as const) {
        for (const world of [1, 2, 3, 5]) {
          const parts = Array.from({ length: world }, (_, r) => make[dtype](length, r));
          const expected = make[dtype](length, 99);
          const actual = expected.slice() as Numbers;
          reducePlain(op, dtype, expected, parts, begin, end);
          reduceRange(op, dtype, actual, parts, begin, end);
          expect(bytes(actual).equals(bytes(expected)), `${op} of ${world} x ${length}`).toBe(true);
          // In place, at each position of its own part.
          for (const own of parts) {
            const kept = own.slice() as Numbers;
            reduceRange(op, dtype, own, parts, begin, end);
            expect(bytes(own.subarray(begin, end)).equals(bytes(expected.subarray(begin, end)))).toBe(true);
            expect(bytes(own.subarray(end)).equals(bytes(kept.subarray(end)))).toBe(true);
            own.set(kept);
          }
        }
      }
    }
  });

  it('reads what lies in a slot where it is, and writes only its target', () => {
    const slot = takeSlot();
    slot.fill(7);
    const incoming = new Float32Array(slot.buffer, slot.byteOffset, 1_001);
    incoming.set(contribution(1, 1_001));
    const before = slot.slice();
    const [target, own] = [new Float32Array(1_001), contribution(2, 1_001)];
    reduceRange('sum', 'f32', target, [incoming, own], 0, 1_001);
    expect([...target]).toEqual([...own].map((x, i) => Math.fround((incoming[i] as number) + x)));
    expect(bytes(slot).equals(bytes(before))).toBe(true);
    freeSlot(slot);
    expect(takeSlot().byteOffset).toBe(slot.byteOffset);
    freeSlot(slot);
  });

  it('keeps the order: (1e8 + 1) - 1e8 is 0 in single precision, (1e8 - 1e8) + 1 is 1', () => {
    const [big, one, minus] = [1e8, 1, -1e8].map((x) => new Float32Array(100).fill(x)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const target = new Float32Array(100);
    reduceRange('sum', 'f32', target, [big, one, minus], 0, 100);
    expect(target.every((x) => x === 0)).toBe(true);
    reduceRange('sum', 'f32', target, [big, minus, one], 0, 100);
    expect(target.every((x) => x === 1)).toBe(true);
  });
});

describe('int8', () => {
  it('has the bits of its definition, with and without error feedback', () => {
    for (const length of [0, 1, 255, 257, 8_192, 20_011]) {
      const values = contribution(3, length);
      if (length > 300) values.fill(0, 0, 256);
      for (const feedback of [false, true]) {
        const residuals = feedback ? [contribution(4, length), contribution(4, length)] : [];
        const wires = [new Uint8Array(int8Bytes(length)), new Uint8Array(int8Bytes(length))] as const;
        quantize(values, wires[0], residuals[0]);
        quantizePlain(values, wires[1], residuals[1]);
        expect(bytes(wires[0]).equals(bytes(wires[1]))).toBe(true);
        if (feedback) expect(bytes(residuals[0]!).equals(bytes(residuals[1]!))).toBe(true);
        const [fast, plain] = [new Float32Array(length), new Float32Array(length)];
        dequantize(wires[0], fast);
        dequantizePlain(wires[0], plain);
        expect(bytes(fast).equals(bytes(plain))).toBe(true);
      }
    }
  });

  it('is off by half a step at most, and what is lost stands in the residual', () => {
    const values = contribution(1, 1_000);
    const residual = new Float32Array(1_000);
    const wire = new Uint8Array(int8Bytes(1_000));
    quantize(values, wire, residual);
    const back = new Float32Array(1_000);
    dequantize(wire, back);
    for (let begin = 0; begin < 1_000; begin += INT8_BLOCK) {
      const block = values.subarray(begin, begin + INT8_BLOCK);
      const step = Math.max(...block.map(Math.abs)) / 127;
      block.forEach((x, i) => {
        expect(Math.abs(x - back[begin + i]!)).toBeLessThanOrEqual(step * 0.5001);
        expect(residual[begin + i]).toBe(Math.fround(x - back[begin + i]!));
      });
    }
  });

  it('a NaN or an infinity does not go unseen', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const values = new Float32Array(600).fill(1);
      values[300] = bad;
      const wire = new Uint8Array(int8Bytes(600));
      quantize(values, wire);
      const back = new Float32Array(600);
      dequantize(wire, back);
      expect([back[0], back[599]]).toEqual([1, 1]);
      expect(back.slice(256, 512).every(Number.isNaN)).toBe(true);
    }
  });
});
