import { tf } from '../tf.ts';
import type { Binding, TensorMetadata } from '../binding/binding.ts';
import type { HostArray } from '../binding/dtypes.ts';
import * as dtypes from '../binding/dtypes.ts';
import { EngineError } from '../errors.ts';
import type { MemoryAccount } from './memory-account.ts';
import type { Recorder } from './recorder.ts';
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

/**
 * What stands behind TF.js's data ids: host values, native tensors, variables' resources, or values of a graph that is being
 * traced. Native memory is counted, and freed when TF.js disposes of the data or JavaScript forgets it.
 */
export class TensorData extends tf.KernelBackend {
  readonly native: Binding;
  readonly account: MemoryAccount;
  readonly resources: Resources;
  /** The function that is being traced, if one is. */
  recorder: Recorder | undefined;
  readonly #entries = new WeakMap<object, TensorEntry>();
  #count = 0;
  /** Frees the handle of a tensor that nobody disposed once JavaScript has forgotten it. */
  readonly #forgottenResources = new FinalizationRegistry<Resource>((r) => this.resources.destroy(r));
  readonly #forgotten = new FinalizationRegistry<NativeTensor>((tensor) => this.#free(tensor));

  constructor(native: Binding) {
    super();
    this.native = native;
    this.account = native.account;
    this.resources = new Resources(native);
  }

  entry(dataId: object): TensorEntry {
    const entry = this.#entries.get(dataId);
    if (!entry) throw disposed();
    return entry;
  }

  has(dataId: object): boolean {
    return this.#entries.has(dataId);
  }

  /** Makes a TF.js tensor of a native one; the tensor owns the handle from now on. */
  adopt(metadata: TensorMetadata): tf.Tensor {
    const dataId = {};
    const { id, shape, dtype } = metadata;
    this.#add(dataId, { shape, dtype, id, values: null, refCount: 1 });
    this.#own(dataId, metadata);
    return makeTensor(dataId, shape, dtype);
  }

  /** A tensor without values that stands for a graph value while a function is traced. */
  makeSymbolic(owner: Recorder, dataId: object, shape: number[], dtype: number): tf.Tensor {
    this.#add(dataId, { shape, dtype, id: 0, values: null, refCount: 1, owner });
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
    return this.#entries.get(dataId)?.resource;
  }

  /** Moves a variable's value into a resource, if it is not there already. Tensors that share its data keep the old data. */
  makeResource(variable: tf.Variable): Resource {
    const entry = this.entry(variable.dataId);
    if (entry.resource) return entry.resource;
    const { shape, dtype } = entry;
    const resource = this.resources.create(shape, dtype, this.handle(variable.dataId));
    tf.engine().disposeTensor(variable);
    variable.dataId = {};
    this.#add(variable.dataId, { shape, dtype, id: 0, values: null, resource, refCount: 0 });
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
    this.#add(dataId, { shape, dtype: type, id: 0, values, refCount, owner: this.recorder });
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

  /** See `readTensor`. */
  useValues<T>(dataId: object, use: (values: HostArray) => T): T {
    const entry = this.entry(dataId);
    if (this.recorder) this.recorder.dataRead(dataId, entry);
    return this.withHandle(dataId, (handle) => this.native.useTensor(handle, use));
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.#entries.get(dataId);
    if (!entry) return true;
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
    this.#count--;
    return true;
  }

  override incRef(dataId: object): void {
    this.entry(dataId).refCount++;
  }

  override refCount(dataId: object): number {
    return this.#entries.get(dataId)?.refCount ?? 0;
  }

  override numDataIds(): number {
    return this.#count;
  }

  #add(dataId: object, entry: TensorEntry): void {
    if (!this.#entries.has(dataId)) this.#count++;
    this.#entries.set(dataId, entry);
  }

  #own(dataId: object, { id, shape, dtype }: NativeTensor): void {
    this.account.add('tensors', dtype, dtypes.byteSize(shape, dtype));
    this.#forgotten.register(dataId, { id, shape, dtype }, dataId);
  }

  #free({ id, shape, dtype }: NativeTensor): void {
    this.account.remove('tensors', dtype, dtypes.byteSize(shape, dtype));
    this.native.deleteTensor(id);
  }
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
