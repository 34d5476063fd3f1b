/**
 * 16-bit floats from and to float32, in AssemblyScript (SIMD); the same bits as src/kernels/half.ts. `n` counts elements.
 */

/** bf16 is the upper half of a float32. */
export function decodeBf16(target: usize, source: usize, n: i32): void {
  const wide = n & ~7;
  let i = 0;
  for (; i < wide; i += 8) {
    const halves = v128.load(source + ((<usize>i) << 1));
    const at = target + ((<usize>i) << 2);
    v128.store(at, i32x4.shl(i32x4.extend_low_i16x8_u(halves), 16));
    v128.store(at, i32x4.shl(i32x4.extend_high_i16x8_u(halves), 16), 16);
  }
  for (; i < n; i++) {
    store<u32>(target + ((<usize>i) << 2), (<u32>load<u16>(source + ((<usize>i) << 1))) << 16);
  }
}

/** Rounds to nearest, ties to even. */
export function encodeBf16(target: usize, source: usize, n: i32): void {
  const wide = n & ~7;
  let i = 0;
  for (; i < wide; i += 8) {
    const at = source + ((<usize>i) << 2);
    const low = toBf16x4(v128.load(at));
    const high = toBf16x4(v128.load(at, 16));
    v128.store(target + ((<usize>i) << 1), i16x8.narrow_i32x4_u(low, high));
  }
  for (; i < n; i++) {
    const value = toBf16x4(i32x4.splat(load<i32>(source + ((<usize>i) << 2))));
    store<u16>(target + ((<usize>i) << 1), <u16>i32x4.extract_lane(value, 0));
  }
}

/** Four float32 -> bf16 in the lower halves of four lanes. */
function toBf16x4(bits: v128): v128 {
  const odd = v128.and(i32x4.shr_u(bits, 16), i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, i32x4.splat(0x7fff)), odd), 16);
  const nan = v128.or(i32x4.shr_u(bits, 16), i32x4.splat(0x40));
  return v128.bitselect(nan, rounded, f32x4.ne(bits, bits));
}

export function decodeF16(target: usize, source: usize, n: i32): void {
  const wide = n & ~7;
  let i = 0;
  for (; i < wide; i += 8) {
    const halves = v128.load(source + ((<usize>i) << 1));
    const at = target + ((<usize>i) << 2);
    v128.store(at, fromF16x4(i32x4.extend_low_i16x8_u(halves)));
    v128.store(at, fromF16x4(i32x4.extend_high_i16x8_u(halves)), 16);
  }
  for (; i < n; i++) {
    const value = fromF16x4(i32x4.splat(<i32>load<u16>(source + ((<usize>i) << 1))));
    store<i32>(target + ((<usize>i) << 2), i32x4.extract_lane(value, 0));
  }
}

/** Exponent and mantissa move to float32's places; a product with 2^112 corrects the bias, of subnormal numbers too. */
function fromF16x4(halves: v128): v128 {
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  const rest = v128.and(halves, i32x4.splat(0x7fff));
  const moved = i32x4.shl(rest, 13);
  const finite = f32x4.mul(moved, f32x4.splat(reinterpret<f32>(<u32>0x77800000)));
  const special = v128.or(moved, i32x4.splat(0x7f800000));
  return v128.or(sign, v128.bitselect(special, finite, i32x4.gt_s(rest, i32x4.splat(0x7bff))));
}

/** Rounds to nearest, ties to even; too large becomes infinite. */
export function encodeF16(target: usize, source: usize, n: i32): void {
  const wide = n & ~7;
  let i = 0;
  for (; i < wide; i += 8) {
    const at = source + ((<usize>i) << 2);
    const low = toF16x4(v128.load(at));
    const high = toF16x4(v128.load(at, 16));
    v128.store(target + ((<usize>i) << 1), i16x8.narrow_i32x4_u(low, high));
  }
  for (; i < n; i++) {
    const value = toF16x4(i32x4.splat(load<i32>(source + ((<usize>i) << 2))));
    store<u16>(target + ((<usize>i) << 1), <u16>i32x4.extract_lane(value, 0));
  }
}

function toF16x4(bits: v128): v128 {
  const sign = v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000));
  const rest = v128.and(bits, i32x4.splat(0x7fffffff));
  // Normal: the bias changes by 112; half of the last place that stays is added, and one more when that place is odd.
  const odd = v128.and(i32x4.shr_u(rest, 13), i32x4.splat(1));
  const biased = i32x4.add(i32x4.add(rest, i32x4.splat(0xfff - (112 << 23))), odd);
  const normal = i32x4.shr_u(biased, 13);
  // Subnormal: adding 0.5 lets the addition round at the place of 2^-24; 0x3f000000 is 0.5.
  const shifted = f32x4.add(rest, i32x4.splat(0x3f000000));
  const subnormal = i32x4.sub(shifted, i32x4.splat(0x3f000000));
  // What rounds up past 65,504 ends at 0x7c00 by the carry; from 65,536 on the arithmetic above is wrong.
  const nan = v128.or(i32x4.splat(0x7e00), i32x4.shr_u(v128.and(rest, i32x4.splat(0x7fffff)), 13));
  const special = v128.bitselect(nan, i32x4.splat(0x7c00), i32x4.gt_s(rest, i32x4.splat(0x7f800000)));
  let value = v128.bitselect(subnormal, normal, i32x4.lt_s(rest, i32x4.splat(0x38800000)));
  value = v128.bitselect(special, value, i32x4.gt_s(rest, i32x4.splat(0x477fffff)));
  return v128.or(sign, value);
}
