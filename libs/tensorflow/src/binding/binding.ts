import type { OpAttr } from './attributes.ts';
import { ATTR, setEagerAttribute } from './attributes.ts';
import type { HandleList } from './handle-list.ts';
import type { Library } from './library.ts';
import { addressOf, viewMemory } from './library.ts';
import { MemoryAccount } from '../backend/memory-account.ts';
import type { HostArray } from './dtypes.ts';
import * as dtypes from './dtypes.ts';
import { outOfMemory } from './machine-memory.ts';
import { Room } from './room.ts';
import { checkStatus } from './status.ts';
import { allocateStrings, freeStrings, readStrings } from './strings.ts';

export { ATTR } from './attributes.ts';
export type { OpAttr } from './attributes.ts';

/** A TensorFlow tensor handle with what TF.js wants to know of it. `id` is the TFE_TensorHandle's address. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

export interface Device {
  name: string;
  type: 'CPU' | 'GPU';
}

/** A call of a registered function, ready to run. */
export interface Call {
  readonly name: string;
  readonly op: number;
  readonly status: number;
  readonly outputCount: number;
}

const MAX_OUTPUTS = 1024;
/** Bytes; what TensorFlow wants of memory that it does not allocate itself. */
const TENSOR_ALIGNMENT = 64;

/**
 * Eager TensorFlow through the C API: tensors in and out, one operation at a time, on the calling thread.
 * All methods are cheap wrappers (4-8 us per dispatched operation); compiled functions use {@link runCall}.
 */
export class Binding {
  readonly lib: Library;
  readonly context: number;
  readonly devices: Device[];
  readonly hasGpu: boolean;
  /** What the memory is held for. */
  readonly account = new MemoryAccount();
  /** What there is left. */
  readonly room = new Room(this.account);
  /** Tensor handles alive, for leak tests. */
  liveHandles = 0;
  readonly #gpu: Device | undefined;
  readonly #status: number;
  readonly #operations = new Map<string, number>();
  readonly #outputs = new BigInt64Array(MAX_OUTPUTS);
  readonly #outputCount = new Int32Array(1);

  /** @param config a serialized tensorflow.ConfigProto */
  constructor(lib: Library, config: Uint8Array) {
    this.lib = lib;
    this.#status = lib.TF_NewStatus();
    const options = lib.TFE_NewContextOptions();
    lib.TFE_ContextOptionsSetConfig(options, config, config.length, this.#status);
    this.#check('TFE_ContextOptionsSetConfig');
    this.context = lib.TFE_NewContext(options, this.#status);
    lib.TFE_DeleteContextOptions(options);
    this.#check('TFE_NewContext');
    this.devices = this.#listDevices();
    this.#gpu = this.devices.find((d) => d.type === 'GPU');
    this.hasGpu = this.#gpu !== undefined;
  }

  /** Copies host values into a new tensor. */
  createTensor(shape: readonly number[], dtype: number, values: unknown): number {
    if (dtype === dtypes.TF_STRING) return this.#createStrings(shape, values as Uint8Array[]);
    const tensor = this.allocate(shape, dtype, values);
    const handle = this.lib.TFE_NewTensorHandle(tensor, this.#status);
    this.lib.TF_DeleteTensor(tensor);
    this.#check('TFE_NewTensorHandle');
    this.liveHandles++;
    return handle;
  }

  /** A TF_Tensor (not a handle) filled with host values; the caller deletes it. */
  allocate(shape: readonly number[], dtype: number, values: unknown): number {
    const { lib } = this;
    const host = dtypes.toHostArray(values, dtype);
    this.room.require('tf.tensor', host.byteLength, () => `a tensor [${shape.join(', ')}]`);
    const dims = BigInt64Array.from(shape, BigInt);
    const tensor = lib.TF_AllocateTensor(dtype, dims, shape.length, host.byteLength);
    if (tensor === 0 || (host.byteLength > 0 && lib.TF_TensorData(tensor) === 0)) {
      if (tensor !== 0) lib.TF_DeleteTensor(tensor);
      throw outOfMemory('tf.tensor', `a tensor [${shape.join(', ')}]`, host.byteLength);
    }
    if (host.byteLength > 0) {
      const bytes = new Uint8Array(host.buffer, host.byteOffset, host.byteLength);
      new Uint8Array(viewMemory(lib.TF_TensorData(tensor), host.byteLength)).set(bytes);
    }
    return tensor;
  }

  /** A tensor over an array's own memory; 0 where TensorFlow would copy it, as it does with memory that is not aligned. */
  createTensorOver(data: Float32Array): number {
    const { lib } = this;
    if (addressOf(data) % TENSOR_ALIGNMENT !== 0 || data.length === 0) return 0;
    const dims = BigInt64Array.of(BigInt(data.length));
    const tensor = lib.TF_NewTensor(dtypes.TF_FLOAT, dims, 1, data, data.byteLength, lib.doNothing, 0);
    const handle = lib.TFE_NewTensorHandle(tensor, this.#status);
    lib.TF_DeleteTensor(tensor);
    this.#check('TFE_NewTensorHandle');
    this.liveHandles++;
    return handle;
  }

  deleteTensor(handle: number): void {
    this.liveHandles--;
    this.lib.TFE_DeleteTensorHandle(handle);
  }

  /** A host copy of a tensor's values; of strings, their bytes. */
  tensorDataSync(handle: number): HostArray | Uint8Array[] {
    const tensor = this.lib.TFE_TensorHandleResolve(handle, this.#status);
    this.#check('TFE_TensorHandleResolve');
    const dtype = this.lib.TFE_TensorHandleDataType(handle);
    try {
      return dtype === dtypes.TF_STRING ? readStrings(this.lib, tensor) : this.#view(tensor, dtype).slice();
    } finally {
      this.lib.TF_DeleteTensor(tensor);
    }
  }

  /**
   * A tensor's memory without a copy where it lies on the CPU (a copy on the host otherwise). The memory lives as long as
   * the returned array, whatever happens to the tensor; it must not be written to.
   */
  tensorView(handle: number): HostArray {
    const tensor = this.lib.TFE_TensorHandleResolve(handle, this.#status);
    this.#check('TFE_TensorHandleResolve');
    const view = this.#view(tensor, this.lib.TFE_TensorHandleDataType(handle));
    const dtype = this.lib.TFE_TensorHandleDataType(handle);
    const bytes = view.byteLength;
    this.account.add('views', dtype, bytes);
    this.#views.register(view.buffer, { tensor, dtype, bytes });
    return view;
  }

  /** Lets `use` see a tensor's memory (a copy on the host where it lies elsewhere); the array is of no use afterwards. */
  useTensor<T>(handle: number, use: (values: HostArray) => T): T {
    const tensor = this.lib.TFE_TensorHandleResolve(handle, this.#status);
    this.#check('TFE_TensorHandleResolve');
    try {
      return use(this.#view(tensor, this.lib.TFE_TensorHandleDataType(handle)));
    } finally {
      this.lib.TF_DeleteTensor(tensor);
    }
  }

  /** Where a tensor's values lie, for tests of what shares memory. */
  address(handle: number): number {
    const tensor = this.lib.TFE_TensorHandleResolve(handle, this.#status);
    this.#check('TFE_TensorHandleResolve');
    const address = this.lib.TF_TensorData(tensor);
    this.lib.TF_DeleteTensor(tensor);
    return address;
  }

  /** Runs one operation now and returns its outputs. Errors carry TensorFlow's message and the op's name. */
  executeOp(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly number[],
    outputCount: number,
    device?: string,
  ): TensorMetadata[] {
    const { lib } = this;
    const status = this.#status;
    let op = this.#operations.get(name);
    if (op === undefined) {
      op = lib.TFE_NewOp(this.context, name, status);
      this.#check(name);
    } else {
      // A kernel that runs operations while it holds this one would need its own: take it out while in use.
      this.#operations.delete(name);
      lib.TFE_OpReset(op, name, null, status);
    }
    try {
      if (device) lib.TFE_OpSetDevice(op, device, status);
      for (const attr of attrs) setEagerAttribute(lib, op, attr, status);
      for (const input of inputs) lib.TFE_OpAddInput(op, input, status);
      this.#outputCount[0] = Math.max(outputCount, 1);
      lib.TFE_Execute(op, this.#outputs, this.#outputCount, status);
      this.#check(name);
    } catch (error) {
      lib.TFE_DeleteOp(op);
      throw error;
    }
    this.#operations.set(name, op);
    const results: TensorMetadata[] = [];
    for (let i = 0; i < this.#outputCount[0]; i++) results.push(this.describe(Number(this.#outputs[i])));
    this.#checkRoom(name, results);
    return results;
  }

  /** An eager operation's results are there already when their size is known: there must be room for an operand and a result more. */
  #checkRoom(op: string, results: readonly TensorMetadata[]): void {
    if (this.hasGpu) return;
    try {
      for (const { shape, dtype } of results) {
        const bytes = dtypes.byteSize(shape, dtype);
        this.room.require(op, bytes, () => `a tensor [${shape.join(', ')}]`, bytes);
      }
    } catch (error) {
      for (const { id } of results) this.deleteTensor(id);
      throw error;
    }
  }

  /** Takes ownership of a handle that TensorFlow made and reads its shape and dtype. */
  describe(id: number): TensorMetadata {
    const { lib } = this;
    this.liveHandles++;
    const rank = lib.TFE_TensorHandleNumDims(id, this.#status);
    const shape: number[] = [];
    for (let i = 0; i < rank; i++) shape.push(lib.TFE_TensorHandleDim(id, i, this.#status));
    return { id, shape, dtype: lib.TFE_TensorHandleDataType(id) };
  }

  /**
   * A call of a registered function with its inputs, which are referenced from now on: the caller may delete its handles.
   * Each prepared call must be given to {@link runCall} once.
   */
  prepareCall(name: string, inputs: HandleList, outputCount: number, options: { xla: boolean }): Call {
    const { lib } = this;
    const status = lib.TF_NewStatus();
    const op = lib.TFE_NewOp(this.context, name, status);
    try {
      checkStatus(lib, status, name);
      if (options.xla) lib.TFE_OpSetAttrBool(op, '_XlaMustCompile', 1);
      if (this.#gpu) lib.TFE_OpSetDevice(op, this.#gpu.name, status);
      lib.TFE_OpAddInputList(op, inputs.pointers, inputs.length, status);
      checkStatus(lib, status, name);
    } catch (error) {
      if (op) lib.TFE_DeleteOp(op);
      lib.TF_DeleteStatus(status);
      throw error;
    }
    return { name, op, status, outputCount };
  }

  /** An operation to be run by {@link runCall}, under the rules of {@link prepareCall}. */
  prepareOperation(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly number[],
    outputCount: number,
  ): Call {
    const { lib } = this;
    const status = lib.TF_NewStatus();
    const op = lib.TFE_NewOp(this.context, name, status);
    try {
      checkStatus(lib, status, name);
      for (const attr of attrs) setEagerAttribute(lib, op, attr, status);
      for (const input of inputs) lib.TFE_OpAddInput(op, input, status);
      checkStatus(lib, status, name);
    } catch (error) {
      if (op) lib.TFE_DeleteOp(op);
      lib.TF_DeleteStatus(status);
      throw error;
    }
    return { name, op, status, outputCount };
  }

  /** Runs a call on another thread, so that the event loop stays free. @returns handles, owned by the caller */
  runCall({ name, op, status, outputCount }: Call): Promise<number[]> {
    const { lib } = this;
    const outputs = new BigInt64Array(outputCount);
    const count = new Int32Array([outputCount]);
    return new Promise((resolve, reject) => {
      lib.TFE_Execute.async(op, outputs, count, status, (error) => {
        try {
          if (error) throw error;
          checkStatus(lib, status, name);
          this.liveHandles += outputCount;
          resolve(Array.from(outputs, Number));
        } catch (failure) {
          reject(failure as Error);
        } finally {
          lib.TFE_DeleteOp(op);
          lib.TF_DeleteStatus(status);
        }
      });
    });
  }

  readonly #views = new FinalizationRegistry<{ tensor: number; dtype: number; bytes: number }>(
    ({ tensor, dtype, bytes }) => {
      this.account.remove('views', dtype, bytes);
      this.lib.TF_DeleteTensor(tensor);
    },
  );

  /** The handle shares the memory of the tensor it is made from and frees no long strings: copy it, then free the first. */
  #createStrings(shape: readonly number[], values: readonly Uint8Array[]): number {
    const tensor = allocateStrings(this.lib, shape, values);
    try {
      const shared = this.lib.TFE_NewTensorHandle(tensor, this.#status);
      this.#check('TFE_NewTensorHandle');
      this.liveHandles++;
      const one = { name: 'N', type: ATTR.INT, value: 1 };
      const [copy] = this.executeOp('StringJoin', [one], [shared], 1);
      this.deleteTensor(shared);
      return copy!.id;
    } finally {
      freeStrings(this.lib, tensor);
    }
  }

  #view(tensor: number, dtype: number): HostArray {
    return dtypes.viewAs(
      viewMemory(this.lib.TF_TensorData(tensor), this.lib.TF_TensorByteSize(tensor)),
      dtype,
    );
  }

  #listDevices(): Device[] {
    const { lib } = this;
    const list = lib.TFE_ContextListDevices(this.context, this.#status);
    const devices: Device[] = [];
    for (let i = 0; i < lib.TF_DeviceListCount(list); i++) {
      const type = lib.TF_DeviceListType(list, i, this.#status) === 'GPU' ? 'GPU' : 'CPU';
      devices.push({ name: lib.TF_DeviceListName(list, i, this.#status) ?? '', type });
    }
    lib.TF_DeleteDeviceList(list);
    return devices;
  }

  #check(op: string): void {
    checkStatus(this.lib, this.#status, op);
  }
}
