import { tf } from '../tf.ts';
import { ATTR } from '../binding/attributes.ts';
import { TF_FLOAT } from '../binding/dtypes.ts';
import { EngineError } from '../errors.ts';
import type { LibtensorflowBackend } from './backend.ts';
import { typeAttr } from './backend.ts';
import { BACKEND_NAME } from './load-kernels.ts';
import { paddedProduct } from './padded-product.ts';

type Inputs = Record<string, tf.TensorInfo>;
type Attrs = Record<string, unknown>;
type Kernel = (backend: LibtensorflowBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo;

/** Kernels that replace tfjs-node's: those read data back to the host, or run an operation where none is needed. */
const KERNELS: Record<string, Kernel> = {
  /** tfjs-node checks the indices on the host first; TensorFlow checks them itself. */
  GatherV2: (backend, { x, indices }, attributes) => {
    const { axis, batchDims = 0 } = attributes as { axis: number; batchDims?: number };
    // TF.js's messages for arguments that fit no shape.
    tf.backend_util.segment_util.collectGatherOpShapeInfo(
      x as tf.Tensor,
      indices as tf.Tensor,
      axis,
      batchDims,
    );
    const attrs = [
      { name: 'batch_dims', type: ATTR.INT, value: batchDims },
      typeAttr('Tparams', x!.dtype),
      typeAttr('Tindices', 'int32'),
      typeAttr('Taxis', 'int32'),
    ];
    const axisTensor = tf.scalar(axis, 'int32');
    try {
      return backend.executeSingleOutput('GatherV2', attrs, [x!, indices!, axisTensor]);
    } catch (error) {
      throw badIndex(error);
    }
  },

  /** tfjs-node casts the input but names its old type. */
  Mean: (backend, { x }, { axis, keepDims }) => {
    const axes = tf.tensor1d(tf.util.parseAxisParam(axis as number[], x!.shape), 'int32');
    const floats = tf.cast(x as tf.Tensor, 'float32');
    return backend.executeSingleOutput('Mean', backend.createReductionOpAttrs(floats, keepDims as boolean), [
      floats,
      axes,
    ]);
  },

  /** TensorFlow's kernel makes zeros of integers. */
  Round: (backend, { x }) =>
    x!.dtype === 'int32' ? backend.alias(x!) : backend.executeSingleInput('Round', x!),

  /** Plain matrices go to MatMul, which TensorFlow fuses and threads better than a batch of one. */
  BatchMatMul: (backend, { a, b }, { transposeA, transposeB }) => {
    const plain = a!.shape.length === 2 && b!.shape.length === 2;
    const attrs = [
      typeAttr('T', a!.dtype),
      { name: plain ? 'transpose_a' : 'adj_x', type: ATTR.BOOL, value: transposeA as boolean },
      { name: plain ? 'transpose_b' : 'adj_y', type: ATTR.BOOL, value: transposeB as boolean },
    ];
    const product = (x: tf.TensorInfo, y: tf.TensorInfo) =>
      backend.executeSingleOutput(plain ? 'MatMul' : 'BatchMatMulV2', attrs, [x, y]);
    const gradient =
      plain && transposeA && !transposeB && !backend.recorder?.xla && !backend.isUsingGpuDevice;
    const floats = [a!, b!].every(({ dataId }) => backend.entry(dataId).dtype === TF_FLOAT);
    const padded = gradient && floats ? paddedProduct(a!, b!, product) : undefined;
    return padded ?? product(a!, b!);
  },

  /** tfjs-node's shares the data always; that of a variable may change. */
  Identity: (backend, { x }) => backend.alias(x!),

  /** TF.js's gradients cast and reshape to what a tensor already is. */
  Cast: (backend, { x }, { dtype }) => {
    if (x!.dtype === dtype) return backend.alias(x!);
    const attrs = [
      typeAttr('SrcT', x!.dtype),
      typeAttr('DstT', dtype as tf.DataType),
      { name: 'Truncate', type: ATTR.BOOL, value: false },
    ];
    return backend.executeSingleOutput('Cast', attrs, [x!]);
  },

  Reshape: (backend, { x }, attrs) => {
    const size = tf.util.sizeFromShape(x!.shape);
    const shape = tf.util.inferFromImplicitShape(attrs['shape'] as number[], size);
    if (tf.util.arraysEqual(shape, x!.shape)) return backend.alias(x!);
    const shapeTensor = tf.tensor1d(shape, 'int32');
    return backend.executeSingleOutput(
      'Reshape',
      [typeAttr('T', x!.dtype), typeAttr('Tshape', 'int32')],
      [x!, shapeTensor],
    );
  },
};

/** Says TensorFlow's message of an index out of range in TF.js's words, too. */
function badIndex(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const found = / = (-?\d+) is not in \[0, (\d+)\)/.exec(error.message);
  if (!found) return error;
  const [, index, size] = found;
  return new EngineError(
    error.code,
    `GatherV2: the index value ${index} is not in [0, ${Number(size) - 1}]: ${error.message.replace('GatherV2: ', '')}`,
    'Check the ids against the number of rows of the table.',
    'GatherV2',
  );
}

export function replaceKernels(backend: LibtensorflowBackend): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, BACKEND_NAME)) tf.unregisterKernel(kernelName, BACKEND_NAME);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, attrs }) => {
        // Called for every tensor that a gradient saves: no scope, as it makes nothing else.
        if (kernelName === 'Identity') return kernel(backend, inputs as Inputs, attrs as Attrs);
        // Small tensors made by the kernel (axes, shapes) die with the scope; the result is not tracked in it twice.
        let result: tf.TensorInfo | undefined;
        const engine = tf.engine();
        engine.startScope(kernelName);
        try {
          result = kernel(backend, inputs as Inputs, attrs as Attrs);
          return result;
        } finally {
          engine.endScope(result instanceof tf.Tensor ? result : undefined);
        }
      },
    });
  }
}
