/**
 * Element by element over float32 and int32, in AssemblyScript (SIMD). Pointers may lie anywhere; `n` counts elements; `target` may be one of
 * the operands. Nothing beyond the n elements is read or written, since the memory behind them may be another process's.
 */

/** target[i] = a[i] + b[i], rounded to float32. */
export function addF32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~15;
  let i = 0;
  for (; i < wide; i += 16) {
    const at = (<usize>i) << 2;
    const x = f32x4.add(v128.load(a + at), v128.load(b + at));
    const y = f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16));
    const z = f32x4.add(v128.load(a + at, 32), v128.load(b + at, 32));
    const w = f32x4.add(v128.load(a + at, 48), v128.load(b + at, 48));
    v128.store(target + at, x);
    v128.store(target + at, y, 16);
    v128.store(target + at, z, 32);
    v128.store(target + at, w, 48);
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, load<f32>(a + at) + load<f32>(b + at));
  }
}

/** target[i] = a[i] - b[i]. */
export function subF32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, f32x4.sub(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, load<f32>(a + at) - load<f32>(b + at));
  }
}

/** The smaller of both; NaN wins. */
export function minF32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, f32x4.min(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, min<f32>(load<f32>(a + at), load<f32>(b + at)));
  }
}

/** The larger of both; NaN wins. */
export function maxF32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, f32x4.max(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, max<f32>(load<f32>(a + at), load<f32>(b + at)));
  }
}

/** target[i] = source[i] * factor. */
export function scaleF32(target: usize, source: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor);
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, f32x4.mul(v128.load(source + at), factors));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(target + at, load<f32>(source + at) * factor);
  }
}

/** Sums wrap around. */
export function addI32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, i32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<i32>(target + at, load<i32>(a + at) + load<i32>(b + at));
  }
}

export function minI32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, i32x4.min_s(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<i32>(target + at, min<i32>(load<i32>(a + at), load<i32>(b + at)));
  }
}

export function maxI32(target: usize, a: usize, b: usize, n: i32): void {
  const wide = n & ~3;
  let i = 0;
  for (; i < wide; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(target + at, i32x4.max_s(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<i32>(target + at, max<i32>(load<i32>(a + at), load<i32>(b + at)));
  }
}

/** One pass of two ranks that share memory: both sums are written while both addends are in the registers. */
export function addF32Twice(a: usize, b: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor);
  const wide = n & ~7;
  let i = 0;
  for (; i < wide; i += 8) {
    const at = (<usize>i) << 2;
    const x = f32x4.mul(f32x4.add(v128.load(a + at), v128.load(b + at)), factors);
    const y = f32x4.mul(f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16)), factors);
    v128.store(a + at, x);
    v128.store(a + at, y, 16);
    v128.store(b + at, x);
    v128.store(b + at, y, 16);
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    const x: f32 = (load<f32>(a + at) + load<f32>(b + at)) * factor;
    store<f32>(a + at, x);
    store<f32>(b + at, x);
  }
}
