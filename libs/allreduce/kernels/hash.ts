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
  result = fold(result, a);
  result = fold(result, b);
  result = fold(result, c);
  result = fold(result, d);
  return result ^ (result >>> 15);
}

function next(sum: v128, words: v128): v128 {
  return i32x4.add(v128.or(i32x4.shl(sum, 7), i32x4.shr_u(sum, 25)), words);
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
