import { tf } from '../tf.ts';
import type { OpAttr } from '../binding/attributes.ts';
import { ATTR } from '../binding/attributes.ts';
import type { Binding } from '../binding/binding.ts';
import * as dtypes from '../binding/dtypes.ts';

/** A variable's value as TensorFlow keeps it: a buffer that operations update in place. */
export interface Resource {
  /** TFE_TensorHandle of the resource handle (not of the value). */
  readonly handle: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** A call of a compiled function that has begun and not ended. */
interface Run {
  readonly reads: readonly Resource[];
  readonly writes: readonly Resource[];
  /** Resolves when the run has ended, well or badly. */
  readonly done: Promise<void>;
}

const DEVICE_TYPES = new Set([dtypes.TF_FLOAT, dtypes.TF_BFLOAT16]);
let resourceCount = 0;

/**
 * TensorFlow resources behind tf.Variables, and the running calls that use them. A variable becomes resource-backed when a
 * compiled function first captures it; it stays so until it is disposed.
 *
 * A read shares the variable's buffer; TensorFlow copies the buffer when it is to be updated while somebody else holds it.
 */
export class Resources {
  readonly #native: Binding;
  readonly #gpu: string | undefined;
  readonly #runs: Run[] = [];

  constructor(native: Binding) {
    this.#native = native;
    this.#gpu = native.devices.find((d) => d.type === 'GPU')?.name;
  }

  /** A new resource that holds the value of a tensor handle (and shares its buffer). */
  create(shape: number[], dtype: number, value: number): Resource {
    const attrs: OpAttr[] = [
      { name: 'dtype', type: ATTR.TYPE, value: dtype },
      { name: 'shape', type: ATTR.SHAPE, value: shape },
      { name: 'shared_name', type: ATTR.STRING, value: `ovis_variable_${++resourceCount}` },
    ];
    // Integers stay on the CPU, where TensorFlow keeps those of functions too.
    const device = DEVICE_TYPES.has(dtype) ? this.#gpu : undefined;
    const [made] = this.#native.executeOp('VarHandleOp', attrs, [], 1, device);
    const resource = { handle: made!.id, shape, dtype };
    this.#native.account.add('variables', dtype, dtypes.byteSize(shape, dtype));
    this.#write(resource, value);
    return resource;
  }

  /** A tensor handle of the present value; the caller deletes it soon, or the next update copies the variable. */
  read({ handle, dtype }: Resource): number {
    return this.#native.executeOp('ReadVariableOp', [dtypeAttr(dtype)], [handle], 1)[0]!.id;
  }

  /**
   * Gives a variable the value of a tensor handle. Calls that run or wait keep what they began with: then the value goes
   * into a new resource.
   * @returns the resource that holds the value from now on
   */
  assign(resource: Resource, value: number): Resource {
    if (!this.#runs.some((run) => uses(run, resource))) {
      this.#write(resource, value);
      return resource;
    }
    const next = this.create(resource.shape, resource.dtype, value);
    this.destroy(resource);
    return next;
  }

  /** Frees a resource as soon as no call uses it. */
  destroy(resource: Resource): void {
    const users = this.#runs.filter((run) => uses(run, resource));
    if (users.length > 0) {
      void Promise.all(users.map((run) => run.done)).then(() => this.destroy(resource));
      return;
    }
    this.#native.account.remove('variables', resource.dtype, dtypes.byteSize(resource.shape, resource.dtype));
    const ignore: OpAttr = { name: 'ignore_lookup_error', type: ATTR.BOOL, value: true };
    this.#native.executeOp('DestroyResourceOp', [ignore], [resource.handle], 0);
    this.#native.deleteTensor(resource.handle);
  }

  /**
   * Enters a call, in program order.
   * @returns what must end before it may begin, and `leave`, to be called when it has ended
   */
  enter(reads: readonly Resource[], writes: readonly Resource[]): { before: Promise<void>[]; leave(): void } {
    const before = this.#conflicts(reads, writes);
    let resolve = (): void => undefined;
    const done = new Promise<void>((r) => (resolve = r));
    const run: Run = { reads, writes, done };
    this.#runs.push(run);
    const leave = (): void => {
      this.#runs.splice(this.#runs.indexOf(run), 1);
      resolve();
    };
    return { before, leave };
  }

  #conflicts(reads: readonly Resource[], writes: readonly Resource[]): Promise<void>[] {
    if (this.#runs.length === 0) return [];
    const written = new Set(writes);
    const touched = new Set([...reads, ...writes]);
    return this.#runs
      .filter((run) => run.writes.some((r) => touched.has(r)) || run.reads.some((r) => written.has(r)))
      .map((run) => run.done);
  }

  #write({ handle, dtype }: Resource, value: number): void {
    this.#native.executeOp('AssignVariableOp', [dtypeAttr(dtype)], [handle, value], 0);
  }
}

function uses(run: Run, resource: Resource): boolean {
  return run.reads.includes(resource) || run.writes.includes(resource);
}

function dtypeAttr(dtype: number): OpAttr {
  return { name: 'dtype', type: ATTR.TYPE, value: dtype };
}

/** What {@link followVariables} needs of the backend. */
interface VariableStore {
  recorder: { assign(variable: tf.Variable, value: tf.Tensor): void } | undefined;
  resourceOf(dataId: object): Resource | undefined;
  assignResource(variable: tf.Variable, value: tf.Tensor): void;
}

/**
 * Lets `variable.assign` inside a traced function be recorded, and keeps resource-backed variables what they are: TF.js
 * assigns and makes variables by sharing data, which for these would tie two variables together.
 */
export function followVariables(backend: VariableStore): void {
  const assign = tf.Variable.prototype.assign;
  tf.Variable.prototype.assign = function (newValue): void {
    if (backend.recorder) return backend.recorder.assign(this, newValue);
    const fits = newValue.dtype === this.dtype && tf.util.arraysEqual(newValue.shape, this.shape);
    if (fits && backend.resourceOf(this.dataId)) return backend.assignResource(this, newValue);
    withSnapshot(newValue, (value) => assign.call(this, value));
  };

  const engine = tf.engine();
  const makeVariable = engine.makeVariable.bind(engine);
  engine.makeVariable = (initial, ...rest) => withSnapshot(initial, (value) => makeVariable(value, ...rest));

  function withSnapshot<T>(value: tf.Tensor, use: (value: tf.Tensor) => T): T {
    if (backend.recorder || !backend.resourceOf(value.dataId)) return use(value);
    const copy = tf.clone(value);
    try {
      return use(copy);
    } finally {
      copy.dispose();
    }
  }
}
