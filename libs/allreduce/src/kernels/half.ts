/*
 * 16-bit floats as whole numbers: bf16 is the upper half of a float32, f16 is IEEE's binary16. Rounding is to nearest, ties to even; NaN
 * stays NaN, what is too large becomes infinite.
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export function fromBf16(value: number): number {
  bits[0] = value << 16;
  return float[0] as number;
}

export function toBf16(value: number): number {
  float[0] = value;
  const all = bits[0] as number;
  if (value !== value) return ((all >>> 16) | 0x40) & 0xffff;
  // Half of the last place that stays, and one more when that place is odd: ties go to even.
  return ((all + 0x7fff + ((all >>> 16) & 1)) >>> 16) & 0xffff;
}

/** All 65,536 values. */
const f16Values = makeF16Values();

export function fromF16(value: number): number {
  return f16Values[value] as number;
}

export function toF16(value: number): number {
  float[0] = value;
  const all = bits[0] as number;
  const sign = (all >>> 16) & 0x8000;
  const exponent = (all >>> 23) & 0xff;
  const mantissa = all & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa !== 0 ? 0x200 | (mantissa >>> 13) : 0);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) {
    // Subnormal: the hidden one becomes part of the mantissa.
    if (shifted < -10) return sign;
    return sign | roundedShift(mantissa | 0x800000, 14 - shifted);
  }
  // A carry out of the mantissa raises the exponent, up to infinity.
  return sign | roundedShift((shifted << 23) | mantissa, 13);
}

/** `value / 2^by`, to nearest, ties to even. */
function roundedShift(value: number, by: number): number {
  const half = 2 ** (by - 1);
  const kept = Math.floor(value / 2 ** by);
  const rest = value - kept * 2 ** by;
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function makeF16Values(): Float32Array {
  return Float32Array.from({ length: 65_536 }, (_, value) => {
    const sign = value & 0x8000 ? -1 : 1;
    const exponent = (value >>> 10) & 0x1f;
    const mantissa = value & 0x3ff;
    if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  });
}
