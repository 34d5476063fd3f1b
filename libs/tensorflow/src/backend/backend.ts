import { tf } from '../tf.ts';
import type { Binding, OpAttr, TensorMetadata } from '../binding/binding.ts';
import { ATTR } from '../binding/binding.ts';
import type { HostArray } from '../binding/dtypes.ts';
import * as dtypes from '../binding/dtypes.ts';
import { EngineError } from '../errors.ts';
import type { MemoryAccount } from './memory-account.ts';
import type { Resource } from './variables.ts';
import { Resources } from './variables.ts';

type NativeTensor = Pick<TensorMetadata, 'id' | 'shape' | 'dtype'>;

/** What the backend knows of one TF.js data id. */
export interface TensorEntry {
  shape: number[];
  /** TF_DataType */
  dtype: number;
  /** TFE_TensorHandle, 0 until the host values are first needed natively. */
  id: number;
  values: tf.BackendValues | null;
  /** Where the value of a resource-backed variable lies; such data belongs to that variable alone. */
  resource?: Resource;
  refCount: number;
  /** The recording this data was made in; undefined for data that exists. */
  owner?: Recorder;
}

/** Receives the operations of a function that is being traced, in place of the native library. */
export interface Recorder {
  /** The function will be compiled by XLA, which knows fewer operations. */
  readonly xla: boolean;
  execute(name: string, attrs: readonly OpAttr[], inputs: TraceInput[], outputCount: number): TraceOutput[];
  /** `tensor`, available only after `after`. */
  barrier(tensor: TraceInput, after: TraceInput[]): TraceOutput;
  /** `variable.assign(value)` inside the function. */
  assign(variable: tf.Variable, value: tf.Tensor): void;
  /** An operation that updates variables in place: `type(...variables, ...inputs)`. */
  update(
    type: string,
    attrs: readonly OpAttr[],
    variables: readonly tf.Variable[],
    inputs: readonly TraceInput[],
  ): void;
  /** Called when fn asks for the values of a tensor that has none. Never returns. */
  dataRead(dataId: object, entry: TensorEntry): never;
}
export interface TraceInput {
  dataId: object;
  entry: TensorEntry;
}
export interface TraceOutput {
  dataId: object;
  shape: number[];
  dtype: number;
}

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
export class LibtensorflowBackend extends tf.KernelBackend {
  readonly native: Binding;
  readonly binding = KERNEL_CONSTANTS;
  readonly isUsingGpuDevice: boolean;
  readonly account: MemoryAccount;
  readonly resources: Resources;
  recorder: Recorder | undefined;
  readonly #entries: tf.DataStorage<TensorEntry>;
  /** Frees the handle of a tensor that nobody disposed once JavaScript has forgotten it. */
  readonly #forgottenResources = new FinalizationRegistry<Resource>((r) => this.resources.destroy(r));
  readonly #forgotten = new FinalizationRegistry<NativeTensor>((tensor) => this.#free(tensor));

  constructor(native: Binding) {
    super();
    this.native = native;
    this.account = native.account;
    this.resources = new Resources(native);
    this.isUsingGpuDevice = native.hasGpu;
    this.#entries = new tf.DataStorage<TensorEntry>(this, tf.engine());
  }

  // ---- running operations (called by kernels) ----

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
      return recorder.execute(name, attrs, traced, outputCount).map(({ dataId, shape, dtype }) => {
        this.#entries.set(dataId, { shape, dtype, id: 0, values: null, refCount: 1, owner: recorder });
        return makeTensor(dataId, shape, dtype);
      });
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

  /** Makes a TF.js tensor of a native one; the tensor owns the handle from now on. */
  adopt(metadata: TensorMetadata): tf.Tensor {
    const dataId = {};
    const { id, shape, dtype } = metadata;
    this.#entries.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
    this.#own(dataId, metadata);
    return makeTensor(dataId, shape, dtype);
  }

  /** A tensor without values that stands for a graph value while a function is traced. */
  makeSymbolic(owner: Recorder, dataId: object, shape: number[], dtype: number): tf.Tensor {
    this.#entries.set(dataId, { shape, dtype, id: 0, values: null, refCount: 1, owner });
    return makeTensor(dataId, shape, dtype);
  }

  /** The native handle of a tensor's data, made from its host values on first use. */
  handle(dataId: object): number {
    const entry = this.entry(dataId);
    if (entry.id !== 0) return entry.id;
    if (entry.values === null) throw escaped(entry.shape);
    entry.owner = undefined;
    entry.id = this.native.createTensor(entry.shape, entry.dtype, entry.values);
    entry.values = null;
    this.#own(dataId, entry);
    return entry.id;
  }

  /** Calls `use` with a handle of the data, which for a resource-backed variable exists only that long. */
  withHandle<T>(dataId: object, use: (handle: number) => T): T {
    const { resource } = this.entry(dataId);
    if (!resource) return use(this.handle(dataId));
    const handle = this.resources.read(resource);
    try {
      return use(handle);
    } finally {
      this.native.deleteTensor(handle);
    }
  }

  /** Another tensor with the same value: the same data, or a snapshot where the data can change. */
  alias({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    const { resource } = this.entry(dataId);
    if (!resource || this.recorder) {
      this.incRef(dataId);
      return { dataId, shape, dtype };
    }
    return this.adopt({ id: this.resources.read(resource), shape: resource.shape, dtype: resource.dtype });
  }

  resourceOf(dataId: object): Resource | undefined {
    return this.has(dataId) ? this.#entries.get(dataId).resource : undefined;
  }

  /** Moves a variable's value into a resource, if it is not there already. Tensors that share its data keep the old data. */
  makeResource(variable: tf.Variable): Resource {
    const entry = this.entry(variable.dataId);
    if (entry.resource) return entry.resource;
    const { shape, dtype } = entry;
    const resource = this.resources.create(shape, dtype, this.handle(variable.dataId));
    tf.engine().disposeTensor(variable);
    variable.dataId = {};
    this.#entries.set(variable.dataId, { shape, dtype, id: 0, values: null, resource, refCount: 0 });
    this.#forgottenResources.register(variable.dataId, resource, variable.dataId);
    tf.engine().incRef(variable, this);
    return resource;
  }

  /** `variable.assign(value)` of a resource-backed variable, outside of traced functions. */
  assignResource(variable: tf.Variable, value: tf.Tensor): void {
    const { dataId } = variable;
    const entry = this.entry(dataId);
    const old = entry.resource!;
    entry.resource = this.withHandle(value.dataId, (handle) => this.resources.assign(old, handle));
    if (entry.resource === old) return;
    this.#forgottenResources.unregister(dataId);
    this.#forgottenResources.register(dataId, entry.resource, dataId);
  }

  /** The native bytes of data that is not a resource. */
  plainBytes(dataId: object): number | undefined {
    const { id, shape, dtype } = this.entry(dataId);
    return id === 0 ? undefined : dtypes.byteSize(shape, dtype);
  }

  /** Frees a large constant of a compiled function. */
  freeConstant({ handle, dtype, bytes }: { handle: number; dtype: number; bytes: number }): void {
    this.account.remove('constants', dtype, bytes);
    this.native.deleteTensor(handle);
  }

  #own(dataId: object, { id, shape, dtype }: NativeTensor): void {
    this.account.add('tensors', dtype, dtypes.byteSize(shape, dtype));
    this.#forgotten.register(dataId, { id, shape, dtype }, dataId);
  }

  #free({ id, shape, dtype }: NativeTensor): void {
    this.account.remove('tensors', dtype, dtypes.byteSize(shape, dtype));
    this.native.deleteTensor(id);
  }

  entry(dataId: object): TensorEntry {
    const entry = this.has(dataId) ? this.#entries.get(dataId) : undefined;
    if (!entry) throw disposed();
    return entry;
  }

  has(dataId: object): boolean {
    return this.#entries.has(dataId);
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

  // ---- data (called by the TF.js engine) ----

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: object,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const type = dtypes.toTensorFlowType(dtype);
    this.#entries.set(dataId, { shape, dtype: type, id: 0, values, refCount, owner: this.recorder });
  }

  override readSync(dataId: object): tf.BackendValues {
    const entry = this.entry(dataId);
    if (entry.values !== null) return entry.values;
    if (this.recorder) this.recorder.dataRead(dataId, entry);
    return this.withHandle(dataId, (handle) => this.native.tensorDataSync(handle));
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  /** See `tensorView`. */
  view(dataId: object): HostArray {
    const entry = this.entry(dataId);
    if (this.recorder) this.recorder.dataRead(dataId, entry);
    return this.withHandle(dataId, (handle) => this.native.tensorView(handle));
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.has(dataId)) return true;
    const entry = this.#entries.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    if (entry.id !== 0) {
      this.#forgotten.unregister(dataId);
      this.#free(entry);
    }
    if (entry.resource) {
      this.#forgottenResources.unregister(dataId);
      this.resources.destroy(entry.resource);
    }
    this.#entries.delete(dataId);
    return true;
  }

  override incRef(dataId: object): void {
    this.entry(dataId).refCount++;
  }

  override refCount(dataId: object): number {
    return this.has(dataId) ? this.#entries.get(dataId).refCount : 0;
  }

  override numDataIds(): number {
    return this.#entries.numDataIds();
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

export function typeAttr(name: string, dtype: tf.DataType): OpAttr {
  return { name, type: ATTR.TYPE, value: dtypes.toTensorFlowType(dtype) };
}

function makeTensor(dataId: object, shape: number[], dtype: number): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: dtypes.toTfjsType(dtype) });
}

export function escaped(shape: readonly number[]): EngineError {
  return new EngineError(
    'TRACE_ESCAPED',
    `A tensor of shape [${shape.join(', ')}] was made while a compiled function was traced and has no value outside it.`,
    'Return it from the compiled function instead of storing it.',
  );
}

export function disposed(): EngineError {
  return new EngineError(
    'DISPOSED',
    'A tensor was used after it was disposed.',
    'Keep tensors that are used later out of tf.tidy, or wrap them in tf.keep.',
  );
}
