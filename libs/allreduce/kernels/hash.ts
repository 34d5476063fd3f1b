/**
 * A checksum of 32 bits, in AssemblyScript (SIMD); the same bits as src/wire/hash.ts. Sixteen sums run side by side, each over every
 * sixteenth word: rotated by 7, then the word added. Any change within one word is found for certain, any other all but once in 2^32.
 */
export function hash(source: usize, bytes: i32): i32 {
  let a = i32x4.splat(0x243f6a88);
  let b = i32x4.splat(0x85a308d3);
  let c = i32x4.splat(0x13198a2e);
  let d = i32x4.splat(0x03707344);
  const wide = bytes & ~63;
  let i = 0;
  for (; i < wide; i += 64) {
    const at = source + <usize>i;
    a = next(a, v128.load(at));
    b = next(b, v128.load(at, 16));
    c = next(c, v128.load(at, 32));
    d = next(d, v128.load(at, 48));
  }
  let result = bytes;
  // The rest word by word; the last word is filled with zeros.
  for (; i < bytes; i += 4) {
    let word = 0;
    for (let byte = 0; byte < 4 && i + byte < bytes; byte++)
      word |= (<i32>load<u8>(source + <usize>(i + byte))) << (8 * byte);
    result = mix(result, word);
  }
  return end(result, a, b, c, d);
}

/** target[i] = (a[i] + b[i]) * factor, rounded twice, and the hash of these bytes: made while they are in the registers. */
export function addF32Hashed(target: usize, a: usize, b: usize, factor: f32, n: i32): i32 {
  const factors = f32x4.splat(factor);
  let p = i32x4.splat(0x243f6a88);
  let q = i32x4.splat(0x85a308d3);
  let r = i32x4.splat(0x13198a2e);
  let s = i32x4.splat(0x03707344);
  const wide = n & ~15;
  let i = 0;
  for (; i < wide; i += 16) {
    const at = (<usize>i) << 2;
    const x = f32x4.mul(f32x4.add(v128.load(a + at), v128.load(b + at)), factors);
    const y = f32x4.mul(f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16)), factors);
    const z = f32x4.mul(f32x4.add(v128.load(a + at, 32), v128.load(b + at, 32)), factors);
    const w = f32x4.mul(f32x4.add(v128.load(a + at, 48), v128.load(b + at, 48)), factors);
    v128.store(target + at, x);
    v128.store(target + at, y, 16);
    v128.store(target + at, z, 32);
    v128.store(target + at, w, 48);
    p = next(p, x);
    q = next(q, y);
    r = next(r, z);
    s = next(s, w);
  }
  let result = n << 2;
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    const value: f32 = (load<f32>(a + at) + load<f32>(b + at)) * factor;
    store<f32>(target + at, value);
    result = mix(result, reinterpret<i32>(value));
  }
  return end(result, p, q, r, s);
}

function next(sum: v128, words: v128): v128 {
  return i32x4.add(v128.or(i32x4.shl(sum, 7), i32x4.shr_u(sum, 25)), words);
}

function end(result: i32, a: v128, b: v128, c: v128, d: v128): i32 {
  result = fold(fold(fold(fold(result, a), b), c), d);
  return result ^ (result >>> 15);
}

function fold(result: i32, sums: v128): i32 {
  result = mix(result, i32x4.extract_lane(sums, 0));
  result = mix(result, i32x4.extract_lane(sums, 1));
  result = mix(result, i32x4.extract_lane(sums, 2));
  return mix(result, i32x4.extract_lane(sums, 3));
}

function mix(result: i32, word: i32): i32 {
  return (rotl(result, 13) ^ word) * 0x5bd1e995;
}
