import { tf } from '../tf.ts';
import { BACKEND_NAME } from './load-kernels.ts';

/** TF.js knows no bfloat16; its tensors carry the name all the same. */
export const BFLOAT16 = 'bfloat16' as tf.DataType;

export function isBfloat16(value: unknown): boolean {
  return (value as { dtype?: unknown } | null)?.dtype === BFLOAT16;
}

/**
 * Lets TF.js carry bfloat16 tensors.
 * - Its engine counts bytes by dtype and throws for others: such tensors are counted as int32 (twice their size).
 * - tfjs-node's kernels see float32 tensors; the backend names the true type to TensorFlow.
 * - Its gradients must be float32 and cast what they saved to that: gradients of matrix products are computed in bfloat16 and
 *   handed on as float32, those of other operations are computed in float32.
 * @param cast converts a tensor outside the tape
 */
export function allowBfloat16(cast: (x: tf.Tensor, dtype: tf.DataType) => tf.Tensor): void {
  countTensors();
  for (const config of tf.getKernelsForBackend(BACKEND_NAME)) {
    const { kernelFunc } = config;
    tf.unregisterKernel(config.kernelName, BACKEND_NAME);
    tf.registerKernel({
      ...config,
      kernelFunc: (params) => kernelFunc({ ...params, inputs: asFloat32(config.kernelName, params.inputs) }),
    });
    const gradient = tf.getGradient(config.kernelName);
    if (!gradient) continue;
    tf.unregisterGradient(config.kernelName);
    tf.registerGradient({ ...gradient, gradFunc: inFloat32(config.kernelName, gradient.gradFunc, cast) });
  }
}

/** Kernels that look at the dtype themselves. */
const AWARE = new Set(['Cast', 'Identity']);

function asFloat32(kernelName: string, inputs: tf.NamedTensorInfoMap): tf.NamedTensorInfoMap {
  const all = Object.values(inputs);
  if (!all.some(isBfloat16) || AWARE.has(kernelName)) return inputs;
  const mask = (x: tf.TensorInfo | undefined): tf.TensorInfo | undefined =>
    isBfloat16(x) ? (Object.create(x!, { dtype: { value: 'float32' } }) as tf.TensorInfo) : x;
  if (Array.isArray(inputs)) return all.map(mask) as unknown as tf.NamedTensorInfoMap;
  return Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, mask(x)]));
}

function inFloat32(
  kernelName: string,
  gradFunc: tf.GradFunc,
  cast: (x: tf.Tensor, dtype: tf.DataType) => tf.Tensor,
): tf.GradFunc {
  const up = (x: tf.Tensor): tf.Tensor => (isBfloat16(x) ? cast(x, 'float32') : x);
  return (dy, saved, attrs) => {
    if (!saved.some(isBfloat16)) return gradFunc(dy, saved, attrs);
    if (kernelName !== 'BatchMatMul') return gradFunc(dy, saved.map(up), attrs);
    const gradients = gradFunc(cast(dy as tf.Tensor, BFLOAT16), saved, attrs);
    return Object.fromEntries(Object.entries(gradients).map(([name, make]) => [name, () => up(make())]));
  };
}

/** The engine's tracking, of which TF.js's types tell only the public part. */
interface Tracking {
  trackTensor(tensor: tf.Tensor, backend: unknown): void;
  disposeTensor(tensor: tf.Tensor): void;
}

function countTensors(): void {
  const engine = tf.engine() as unknown as Tracking;
  for (const method of ['trackTensor', 'disposeTensor'] as const) {
    const original = engine[method].bind(engine) as (tensor: tf.Tensor, backend?: unknown) => void;
    engine[method] = (tensor: tf.Tensor, backend?: unknown) => {
      if (!isBfloat16(tensor)) return original(tensor, backend);
      const named = tensor as { dtype: tf.DataType };
      named.dtype = 'int32';
      try {
        original(tensor, backend);
      } finally {
        named.dtype = BFLOAT16;
      }
    };
  }
}
