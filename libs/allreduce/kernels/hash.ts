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

/**
 * target[i] = (a[i] + b[i]) * factor, rounded twice; the hash of `a` goes to `hashOfA`, that of the result is returned: both are made while the
 * numbers are in the registers.
 */
export function addF32Hashed(target: usize, a: usize, b: usize, factor: f32, n: i32, hashOfA: usize): i32 {
  const factors = f32x4.splat(factor);
  let c = i32x4.splat(0x243f6a88);
  let d = i32x4.splat(0x85a308d3);
  let e = i32x4.splat(0x13198a2e);
  let f = i32x4.splat(0x03707344);
  let p = c;
  let q = d;
  let r = e;
  let s = f;
  const wide = n & ~15;
  let i = 0;
  for (; i < wide; i += 16) {
    const at = (<usize>i) << 2;
    let x = v128.load(a + at);
    c = next(c, x);
    x = f32x4.mul(f32x4.add(x, v128.load(b + at)), factors);
    v128.store(target + at, x);
    p = next(p, x);
    x = v128.load(a + at, 16);
    d = next(d, x);
    x = f32x4.mul(f32x4.add(x, v128.load(b + at, 16)), factors);
    v128.store(target + at, x, 16);
    q = next(q, x);
    x = v128.load(a + at, 32);
    e = next(e, x);
    x = f32x4.mul(f32x4.add(x, v128.load(b + at, 32)), factors);
    v128.store(target + at, x, 32);
    r = next(r, x);
    x = v128.load(a + at, 48);
    f = next(f, x);
    x = f32x4.mul(f32x4.add(x, v128.load(b + at, 48)), factors);
    v128.store(target + at, x, 48);
    s = next(s, x);
  }
  let incoming = n << 2;
  let result = incoming;
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    const value = load<f32>(a + at);
    incoming = mix(incoming, reinterpret<i32>(value));
    const sum: f32 = (value + load<f32>(b + at)) * factor;
    store<f32>(target + at, sum);
    result = mix(result, reinterpret<i32>(sum));
  }
  store<i32>(hashOfA, end(incoming, c, d, e, f));
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
