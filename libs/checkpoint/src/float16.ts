import { CheckpointError } from './errors.ts';
import { DTYPES, type Dtype, type HostTensor, type TensorData } from './host-tensors.ts';

/** The element types that weights are converted between. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/** The values of a float tensor (F32, F16, BF16 or F64) as F32; F32 data is returned as it is. */
export function toFloat32(tensor: HostTensor): Float32Array {
  return convertFloats(tensor.data, tensor.dtype, 'F32') as Float32Array;
}

export function isFloat(dtype: Dtype): boolean {
  return dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/**
 * Floats of one type as another: rounded once, to the nearest value, of two equally near ones to the even one; too large ones
 * become infinite, NaN stays NaN, subnormals are kept. Nothing is copied when the type is the same.
 * @throws CheckpointError BAD_SAFETENSORS when `from` holds no floats
 */
export function convertFloats(data: TensorData, from: Dtype, to: FloatDtype): TensorData {
  if (!isFloat(from)) {
    throw new CheckpointError(
      'BAD_SAFETENSORS',
      `a tensor of ${from} holds no floats`,
      'expected F32, F16, BF16 or F64',
    );
  }
  if (from === to) return data;
  const out = DTYPES[to].view(new ArrayBuffer(data.length * DTYPES[to].bytes), 0, data.length);
  if (data instanceof Float64Array && to !== 'F32') return floatsTo(roundedToOdd(data), to, out);
  return floatsTo(asFloat32(data, from), to, out);
}

function asFloat32(data: TensorData, from: Dtype): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  const bits = new Uint32Array(data.length);
  const halves = data as Uint16Array;
  if (from === 'BF16') for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
  else for (let i = 0; i < bits.length; i++) bits[i] = halfToFloat(halves[i]!);
  return new Float32Array(bits.buffer);
}

function floatsTo(values: Float32Array, to: FloatDtype, out: TensorData): TensorData {
  if (to === 'F32') return values;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = out as Uint16Array;
  const round = to === 'BF16' ? floatToBfloat : floatToHalf;
  for (let i = 0; i < bits.length; i++) halves[i] = round(bits[i]!);
  return halves;
}

/** Bits of an F32 -> bits of the nearest BF16. */
function floatToBfloat(bits: number): number {
  // A NaN keeps its sign and upper bits, and is quiet: its lower bits alone may be what made it a NaN.
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Bits of an F32 -> bits of the nearest IEEE 754 binary16. */
function floatToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  // From 65520 on, halfway between the largest half and the next power, everything is infinite.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Normal halves begin at 2^-14; the exponent's bias changes from 127 to 15.
  if (magnitude >= 0x38800000)
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  // Up to 2^-25, half of the smallest subnormal, everything is zero.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (rest > half || (rest === half && kept & 1) ? kept + 1 : kept);
}

/** Bits of an IEEE 754 binary16 -> bits of the same F32. */
function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: its leading bit becomes the hidden one.
  const zeros = Math.clz32(fraction) - 21;
  return sign | ((113 - zeros) << 23) | ((fraction << (13 + zeros)) & 0x7fffff);
}

/** F64 cut to F32 with the last bit set when something was cut off: rounding that once more rounds right. */
function roundedToOdd(data: Float64Array): Float32Array {
  const out = Float32Array.from(data);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    const exact = data[i]!;
    if (out[i] === exact || Number.isNaN(exact)) continue;
    if (Math.abs(out[i]!) > Math.abs(exact)) bits[i]!--;
    bits[i]! |= 1;
  }
  return out;
}
