import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contribution, random } from '../../test/groups.ts';
import { decodeHalves, encodeHalves } from './convert.ts';
import { dequantize, INT8_BLOCK, int8Bytes, quantize } from './int8.ts';
import { plainKernels } from './plain.ts';
import { combine, reduceOps, reduceRange, type Dtype, type Numbers } from './reduce.ts';
import { takeSlot } from './slots.ts';
import { hasSimd, kernelMemory, type Kernels } from './wasm.ts';

const bytes = (a: ArrayBufferView) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

it('the committed module is what the sources give', () => {
  const script = fileURLToPath(new URL('../../scripts/build-kernels.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'inherit' });
}, 60_000);

it('this machine has the kernels', () => expect(hasSimd).toBe(true));

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

/** The same memory twice: for WebAssembly, and for the definitions. */
function twins() {
  const fast = kernelMemory(200_000);
  fast.kernels satisfies Kernels;
  const plainBuffer = new ArrayBuffer(fast.buffer.byteLength);
  return { fast, plain: { kernels: plainKernels(plainBuffer), buffer: plainBuffer } };
}

describe('every kernel has the bits of its definition, at any address and for any length', () => {
  const { fast, plain } = twins();
  const both = [fast, plain];
  /** Operands at 1000 and 50,000 and results at 100,000 and so on, none of them at a multiple of 16. */
  const [A, B, TARGET, HASH] = [1_004, 50_002, 100_001, 195_001];
  const lengths = [0, 1, 3, 4, 7, 8, 15, 16, 17, 255, 257, 4_099];
  const fill = (a: Float32Array, b: Float32Array) => {
    for (const { buffer } of both) {
      const memory = new Uint8Array(buffer);
      memory.fill(0xa5);
      memory.set(bytes(a), A);
      memory.set(bytes(b), B);
    }
  };
  /** Both memories; NaNs are compared as NaN where their bits are not defined. */
  const same = (n: number, what: string, target = TARGET, payloads = false) => {
    const [x, y] = both.map(({ buffer }) => new Uint8Array(buffer.slice(0, 190_000))) as [
      Uint8Array,
      Uint8Array,
    ];
    if (payloads)
      for (const memory of [x, y]) {
        const view = new DataView(memory.buffer);
        for (let i = 0; i < n; i += 1)
          if (Number.isNaN(view.getFloat32(target + 4 * i, true))) view.setFloat32(target + 4 * i, NaN, true);
      }
    expect(bytes(x).equals(bytes(y)), what).toBe(true);
  };

  it.each(['addF32', 'subF32', 'minF32', 'maxF32', 'addI32', 'minI32', 'maxI32'] as const)('%s', (name) => {
    for (const n of lengths) {
      fill(floats(n + 1).subarray(0, n), contribution(1, n));
      for (const { kernels } of both) kernels[name](TARGET, A, B, n);
      same(n, `${n}`, TARGET, true);
      for (const { kernels } of both) kernels[name](A, A, B, n);
      same(n, `${n} in place`, A, true);
    }
  });

  it.each(['scaleF32', 'addF32Twice'] as const)('%s', (name) => {
    for (const n of lengths) {
      fill(contribution(2, n), contribution(3, n));
      for (const { kernels } of both)
        if (name === 'scaleF32') kernels.scaleF32(TARGET, A, Math.fround(1 / 3), n);
        else kernels.addF32Twice(A, B, Math.fround(1 / 3), n);
      same(n, `${n}`);
    }
  });

  it('addF32Hashed: a sum with the hashes of what comes in and of the result', () => {
    for (const n of lengths) {
      fill(contribution(2, n), contribution(3, n));
      for (const { kernels, buffer } of both) {
        const incoming = kernels.hash(A, 4 * n);
        const hashed = kernels.addF32Hashed(TARGET, A, B, Math.fround(1 / 3), n, HASH);
        expect(hashed, `${n}`).toBe(kernels.hash(TARGET, 4 * n));
        expect(new DataView(buffer).getInt32(HASH, true), `${n}`).toBe(incoming);
        kernels.addF32Hashed(B, A, B, Math.fround(1 / 3), n, HASH);
      }
      same(n, `${n}`);
      same(n, `${n} in place`, B);
    }
  });

  it.each(['encodeBf16', 'encodeF16', 'decodeBf16', 'decodeF16'] as const)('%s', (name) => {
    for (const n of lengths) {
      const values = floats(n + 1).subarray(0, n);
      fill(values, new Float32Array(0));
      for (const { kernels } of both) kernels[name](TARGET, A, n);
      same(n, `${n}`, TARGET, name.startsWith('decode'));
    }
  });

  it('quantizeBlock and dequantizeBlock', () => {
    for (const n of lengths.filter((length) => length <= INT8_BLOCK)) {
      fill(contribution(5, n), new Float32Array(0));
      for (const { kernels } of both) kernels.quantizeBlock(TARGET, B, A, n);
      same(n, `${n}`);
      for (const { kernels } of both) kernels.dequantizeBlock(150_000, 0.1, TARGET, n);
      same(n, `${n} back`);
    }
  });

  it('hash, which finds any bit that flips', () => {
    fill(contribution(1, 5_000), new Float32Array(0));
    for (const n of [0, 1, 2, 5, 63, 64, 65, 127, 128, 4_097])
      expect(fast.kernels.hash(A, n)).toBe(plain.kernels.hash(A, n));
    const memory = new Uint8Array(fast.buffer);
    const right = fast.kernels.hash(A, 200);
    for (let bit = 0; bit < 1_600; bit += 1) {
      memory[A + (bit >> 3)]! ^= 1 << (bit & 7);
      expect(fast.kernels.hash(A, 200)).not.toBe(right);
      memory[A + (bit >> 3)]! ^= 1 << (bit & 7);
    }
    expect(fast.kernels.hash(A, 199)).not.toBe(fast.kernels.hash(A, 200));
  });
});

describe.each(['bf16', 'f16'] as const)('%s', (dtype) => {
  it('buffers of any length are encoded and decoded', () => {
    const { fast } = twins();
    for (const length of [0, 1, 9, 8_192, 20_003]) {
      const values = contribution(1, length);
      const data = encodeHalves(dtype, values);
      new Float32Array(fast.buffer, 0, length).set(values);
      const [encode, decode] =
        dtype === 'bf16'
          ? [fast.kernels.encodeBf16, fast.kernels.decodeBf16]
          : [fast.kernels.encodeF16, fast.kernels.decodeF16];
      encode(100_000, 0, length);
      expect(bytes(data).equals(Buffer.from(fast.buffer, 100_000, 2 * length))).toBe(true);
      const back = new Float32Array(length);
      decodeHalves(dtype, data, back);
      decode(0, 100_000, length);
      expect(bytes(back).equals(Buffer.from(fast.buffer, 0, 4 * length))).toBe(true);
    }
  });
});

describe('reduceRange', () => {
  const make: Record<Dtype, (length: number, seed: number) => Numbers> = {
    f32: (length, seed) => contribution(seed, length, 3),
    i32: (length, seed) => new Int32Array(floats(length + seed).buffer).slice(seed),
    f16: (length, seed) => encodeHalves('f16', contribution(seed, length, 4)),
    bf16: (length, seed) => encodeHalves('bf16', contribution(seed, length, 5)),
  };

  it.each(['f32', 'i32', 'f16', 'bf16'] as const)('%s: two parts are what combine makes of them', (dtype) => {
    const slot = takeSlot();
    for (const op of reduceOps.filter((o) => !(dtype === 'i32' && o === 'mean'))) {
      for (const length of [0, 1, 5, 8_193, 30_000]) {
        const [they, own] = [make[dtype](length, 1), make[dtype](length, 2)];
        const expected = they.slice() as Numbers;
        reduceRange(op, dtype, expected, [they, own], 0, length);
        for (const begin of [48, 51]) {
          slot.memory.fill(7);
          slot.memory.set(bytes(they), begin);
          combine(slot.address + begin, own, { op, dtype, factor: op === 'mean' ? 0.5 : 1 });
          const end = begin + they.byteLength;
          expect(slot.memory.subarray(begin, end).equals(bytes(expected)), `${op} x ${length}`).toBe(true);
          expect(slot.memory.subarray(0, begin).every((x) => x === 7)).toBe(true);
          expect(slot.memory.subarray(end).every((x) => x === 7)).toBe(true);
        }
      }
    }
    slot.release();
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
  it('of any length is what its blocks are, with and without error feedback', () => {
    const { plain } = twins();
    for (const length of [0, 1, 255, 257, 8_192, 20_011]) {
      const values = contribution(3, length);
      for (const before of [undefined, contribution(4, length)]) {
        const residual = before?.slice();
        const wire = new Uint8Array(int8Bytes(length));
        quantize(values, wire, residual);
        const back = new Float32Array(length);
        dequantize(wire, back);
        for (let begin = 0, block = 0; begin < length; begin += INT8_BLOCK, block += 1) {
          const sum = values.slice(begin, begin + INT8_BLOCK).map((x, i) => x + (before?.[begin + i] ?? 0));
          new Float32Array(plain.buffer, 0, sum.length).set(sum);
          plain.kernels.quantizeBlock(4_000, 2_000, 0, sum.length);
          const [scale] = new Float32Array(plain.buffer, 2_000, 1);
          plain.kernels.dequantizeBlock(8_000, scale!, 4_000, sum.length);
          const expected = new Float32Array(plain.buffer, 8_000, sum.length);
          expect(back.slice(begin, begin + INT8_BLOCK)).toEqual(expected.slice());
          residual
            ?.slice(begin, begin + INT8_BLOCK)
            .forEach((lost, i) => expect(lost).toBe(Math.fround(sum[i]! - expected[i]!)));
        }
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
