import { CheckpointError } from './errors.ts';
import type { HostTensor } from './host-tensors.ts';

/** The values of a float tensor (F32, F16, BF16 or F64) as F32; F32 data is returned as it is. */
export function toFloat32(tensor: HostTensor): Float32Array {
  const { dtype, data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  if (data instanceof Uint16Array && dtype === 'BF16') {
    const bits = new Uint32Array(data.length);
    for (let i = 0; i < bits.length; i++) bits[i] = data[i]! << 16;
    return new Float32Array(bits.buffer);
  }
  if (data instanceof Uint16Array && dtype === 'F16') return Float32Array.from(data, halfToNumber);
  throw new CheckpointError(
    'BAD_SAFETENSORS',
    `a tensor of ${dtype} holds no floats`,
    'expected F32, F16, BF16 or F64',
  );
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
