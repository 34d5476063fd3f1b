/**
 * Blocks of float32 as 8-bit whole numbers with one float32 scale each, in AssemblyScript (SIMD); the same bits as src/kernels/int8.ts.
 */

/**
 * One block: the largest magnitude becomes 127. A NaN or an infinity anywhere makes the scale NaN or infinite, and so the whole block NaN
 * when it is read.
 * @param target n bytes
 * @param scale where the block's scale goes
 */
export function quantizeBlock(target: usize, scale: usize, source: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  let most = f32x4.splat(0);
  for (; i < wide; i += 4) most = f32x4.max(most, f32x4.abs(v128.load(source + ((<usize>i) << 2))));
  let largest: f32 = max<f32>(
    max<f32>(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max<f32>(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; i < n; i++) largest = max<f32>(largest, abs<f32>(load<f32>(source + ((<usize>i) << 2))));
  const step: f32 = largest / 127;
  store<f32>(scale, step);
  const inverse: f32 = step > 0 ? <f32>1 / step : 0;
  const factor = f32x4.splat(inverse);
  i = 0;
  for (; i < wide; i += 4) {
    const rounded = f32x4.nearest(f32x4.mul(v128.load(source + ((<usize>i) << 2)), factor));
    const words = i32x4.trunc_sat_f32x4_s(rounded);
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(words, words), i16x8.splat(0));
    store<i32>(target + <usize>i, i32x4.extract_lane(bytes, 0));
  }
  for (; i < n; i++) {
    const rounded = f32x4.nearest(f32x4.splat(load<f32>(source + ((<usize>i) << 2)) * inverse));
    const word = i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(rounded), 0);
    store<i8>(target + <usize>i, <i8>max<i32>(-128, min<i32>(127, word)));
  }
}

/** target[i] = source[i] * scale. */
export function dequantizeBlock(target: usize, scale: f32, source: usize, n: i32): void {
  const wide = n & ~7;
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i < wide; i += 8) {
    const words = i16x8.extend_low_i8x16_s(v128.load64_zero(source + <usize>i));
    const at = target + ((<usize>i) << 2);
    v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words)), factor));
    v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(words)), factor), 16);
  }
  for (; i < n; i++) store<f32>(target + ((<usize>i) << 2), <f32>load<i8>(source + <usize>i) * scale);
}
