import { tf } from '../tf.ts';
import { ATTR } from '../binding/binding.ts';
import type { LibtensorflowBackend } from './backend.ts';
import { typeAttr } from './backend.ts';
import { BACKEND_NAME } from './load-kernels.ts';

type Inputs = Record<string, tf.TensorInfo>;
type Attrs = Record<string, unknown>;
type Kernel = (
  backend: LibtensorflowBackend,
  inputs: Inputs,
  attrs: Attrs,
) => tf.TensorInfo | tf.TensorInfo[];

/** Kernels that replace tfjs-node's, which read data back to the host, loop, or compose what one operation does. */
const KERNELS: Record<string, Kernel> = {
  /** tfjs-node checks the indices on the host first; TensorFlow checks them itself. */
  GatherV2: (backend, { x, indices }, { axis, batchDims }) => {
    const axisTensor = tf.scalar(axis as number, 'int32');
    const attrs = [
      { name: 'batch_dims', type: ATTR.INT, value: (batchDims as number) ?? 0 },
      typeAttr('Tparams', x!.dtype),
      typeAttr('Tindices', 'int32'),
      typeAttr('Taxis', 'int32'),
    ];
    return backend.executeSingleOutput('GatherV2', attrs, [x!, indices!, axisTensor]);
  },
};

export function replaceKernels(backend: LibtensorflowBackend): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, BACKEND_NAME)) tf.unregisterKernel(kernelName, BACKEND_NAME);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => kernel(backend, inputs as Inputs, attrs as Attrs) as tf.Tensor),
    });
  }
}
