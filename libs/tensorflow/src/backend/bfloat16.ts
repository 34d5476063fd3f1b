import { readFileSync } from 'node:fs';
import { tf } from '../tf.ts';
import { ATTR } from '../binding/attributes.ts';
import { TF_BFLOAT16, TF_FLOAT } from '../binding/dtypes.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import type { LibtensorflowBackend } from './backend.ts';
import { BFLOAT16, isBfloat16 } from './bfloat16-engine.ts';

/**
 * Rounds a float32 tensor to bfloat16 (8 bits of precision, float32's range; to nearest, ties to even). The result's dtype
 * is 'bfloat16'; operations on it compute in bfloat16 and want all their operands so. Differentiable; gradients are float32
 * throughout. On WASM, which has no such type, the tensor itself.
 */
export function toBfloat16(x: tf.Tensor): tf.Tensor {
  return converted(x, BFLOAT16);
}

/** The float32 tensor of a bfloat16 one, exactly; of others the tensor itself. Differentiable. */
export function toFloat32(x: tf.Tensor): tf.Tensor {
  return isBfloat16(x) ? converted(x, 'float32') : x;
}

/** A bfloat16 tensor of float32 values, rounded as by {@link toBfloat16}; float32 on WASM. */
export function bfloat16Tensor(values: Float32Array, shape: number[]): tf.Tensor {
  return tf.engine().makeTensor(values, shape, nativeBackend() ? BFLOAT16 : 'float32') as tf.Tensor;
}

function converted(x: tf.Tensor, dtype: tf.DataType): tf.Tensor {
  const backend = nativeBackend();
  if (!backend || x.dtype === dtype) return x;
  const cast = tf.customGrad((from) => ({
    value: castTo(backend, from as tf.Tensor, dtype),
    gradFunc: (dy: tf.Tensor) => dy,
  }));
  return cast(x);
}

/** A conversion that no tape records. */
export function castTo(backend: LibtensorflowBackend, x: tf.Tensor, dtype: tf.DataType): tf.Tensor {
  const type = (d: tf.DataType): number => (d === BFLOAT16 ? TF_BFLOAT16 : TF_FLOAT);
  const attrs = [
    { name: 'SrcT', type: ATTR.TYPE, value: type(x.dtype) },
    { name: 'DstT', type: ATTR.TYPE, value: type(dtype) },
    { name: 'Truncate', type: ATTR.BOOL, value: false },
  ];
  return backend.executeSingleOutput('Cast', attrs, [x]);
}

let found: boolean | undefined;

/**
 * Whether bfloat16 matrix products are worth it here: on CPUs AVX512_BF16 or AMX (Linux tells; elsewhere false), on GPUs
 * whether TensorFlow runs one.
 */
export function deviceHasBfloat16(): boolean {
  const backend = nativeBackend();
  if (!backend) return false;
  found ??= backend.isUsingGpuDevice ? tryProduct() : cpuHasBfloat16();
  return found;
}

function cpuHasBfloat16(): boolean {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return /\b(avx512_bf16|amx_bf16)\b/.test(flags);
  } catch {
    return false;
  }
}

function tryProduct(): boolean {
  return tf.tidy(() => {
    try {
      const x = toBfloat16(tf.ones([16, 16])) as tf.Tensor2D;
      return tf.matMul(x, x).dataSync()[0] === 16;
    } catch {
      return false;
    }
  });
}
