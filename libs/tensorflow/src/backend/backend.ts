import { tf } from '../tf.ts';
import type { OpAttr } from '../binding/attributes.ts';
import { ATTR } from '../binding/attributes.ts';
import type { Binding } from '../binding/binding.ts';
import * as dtypes from '../binding/dtypes.ts';
import { userLine } from './user-line.ts';
import { EngineError } from '../errors.ts';
import { TensorData } from './tensor-data.ts';

export { disposed } from './tensor-data.ts';

/** The constants that tfjs-node's kernels look up on `backend.binding`. */
const KERNEL_CONSTANTS = {
  TF_FLOAT: dtypes.TF_FLOAT,
  TF_INT32: dtypes.TF_INT32,
  TF_INT64: dtypes.TF_INT64,
  TF_BOOL: dtypes.TF_BOOL,
  TF_COMPLEX64: dtypes.TF_COMPLEX64,
  TF_STRING: dtypes.TF_STRING,
  TF_RESOURCE: dtypes.TF_RESOURCE,
  TF_UINT8: dtypes.TF_UINT8,
  TF_ATTR_STRING: ATTR.STRING,
  TF_ATTR_INT: ATTR.INT,
  TF_ATTR_FLOAT: ATTR.FLOAT,
  TF_ATTR_BOOL: ATTR.BOOL,
  TF_ATTR_TYPE: ATTR.TYPE,
  TF_ATTR_SHAPE: ATTR.SHAPE,
};

/**
 * TF.js backend over libtensorflow. It has the methods that tfjs-node's kernels call (`executeSingleOutput` ...), runs them
 * eagerly, or hands them to the active {@link Recorder} while `compile` traces a function.
 */
export class LibtensorflowBackend extends TensorData {
  readonly binding = KERNEL_CONSTANTS;
  readonly isUsingGpuDevice: boolean;

  constructor(native: Binding) {
    super(native);
    this.isUsingGpuDevice = native.hasGpu;
  }

  executeSingleInput(name: string, input: tf.TensorInfo): tf.Tensor {
    return this.executeSingleOutput(name, [typeAttr('T', input.dtype)], [input]);
  }

  executeSingleOutput(name: string, attrs: OpAttr[], inputs: tf.TensorInfo[]): tf.Tensor {
    return this.executeMultipleOutputs(name, attrs, inputs, 1)[0]!;
  }

  executeMultipleOutputs(
    name: string,
    attrs: OpAttr[],
    inputs: tf.TensorInfo[],
    outputCount: number,
  ): tf.Tensor[] {
    attrs = this.#trueTypes(attrs, inputs);
    const recorder = this.recorder;
    if (recorder) {
      const traced = inputs.map(({ dataId }) => ({ dataId, entry: this.entry(dataId) }));
      return recorder
        .execute(name, attrs, traced, outputCount)
        .map(({ dataId, shape, dtype }) => this.makeSymbolic(recorder, dataId, shape, dtype));
    }
    let read: number[] | undefined;
    try {
      const ids = inputs.map(({ dataId }) => {
        const { resource } = this.entry(dataId);
        if (!resource) return this.handle(dataId);
        const id = this.resources.read(resource);
        (read ??= []).push(id);
        return id;
      });
      return this.native.executeOp(name, attrs, ids, outputCount).map((m) => this.adopt(m));
    } catch (error) {
      throw located(error);
    } finally {
      read?.forEach((id) => this.native.deleteTensor(id));
    }
  }

  /** Kernels take bfloat16 tensors for float32 ones (see bfloat16-engine.ts): TensorFlow must hear the truth. */
  #trueTypes(attrs: OpAttr[], inputs: tf.TensorInfo[]): OpAttr[] {
    if (!inputs.some(({ dataId }) => this.entry(dataId).dtype === dtypes.TF_BFLOAT16)) return attrs;
    return attrs.map((a) =>
      a.type === ATTR.TYPE && a.value === dtypes.TF_FLOAT && a.name !== 'DstT'
        ? { ...a, value: dtypes.TF_BFLOAT16 }
        : a,
    );
  }

  getDTypeInteger(dtype: tf.DataType): number {
    return dtypes.toTensorFlowType(dtype);
  }

  createReductionOpAttrs(tensor: tf.TensorInfo, keepDims = false): OpAttr[] {
    return [
      { name: 'keep_dims', type: ATTR.BOOL, value: keepDims },
      typeAttr('T', tensor.dtype),
      typeAttr('Tidx', 'int32'),
    ];
  }

  /** Activations of TF.js's fused kernels, composed. */
  applyActivation(
    input: tf.Tensor,
    activation?: string,
    prelu?: tf.Tensor,
    leakyreluAlpha?: number,
  ): tf.Tensor {
    switch (activation) {
      case undefined:
      case null:
      case 'linear':
        return input;
      case 'relu':
        return tf.relu(input);
      case 'relu6':
        return tf.relu6(input);
      case 'elu':
        return tf.elu(input);
      case 'sigmoid':
        return tf.sigmoid(input);
      case 'leakyrelu':
        return tf.leakyRelu(input, leakyreluAlpha);
      case 'prelu':
        return tf.prelu(input, prelu!);
      default:
        throw new EngineError('BAD_ARGUMENT', `Unknown activation ${activation}.`, 'Compose it from tf ops.');
    }
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override async time(f: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    f();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {}
}

/** An eager operation's failure with the line of the user's code that called for it. */
function located(error: unknown): unknown {
  const line = error instanceof EngineError && error.op !== undefined && userLine();
  if (!line) return error;
  return new EngineError(error.code, `${error.message} (called at ${line})`, error.hint, error.op);
}

export function typeAttr(name: string, dtype: tf.DataType): OpAttr {
  return { name, type: ATTR.TYPE, value: dtypes.toTensorFlowType(dtype) };
}
