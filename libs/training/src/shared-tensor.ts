import { tensorOver, tensorView, tf } from '@ovis/tensorflow';

/** Makes the memory of a buffer; a collective's may be memory that the machine's trainers share. */
export type Allocate = (length: number) => Float32Array;

/**
 * A flat tensor that the host writes and compiled functions read, where possible in one memory: then nothing is copied between the collectives
 * and the engine. Compiled functions must not assign the variable.
 */
export class SharedTensor {
  /** What the host writes, `[length]`. */
  readonly data: Float32Array;
  /** What compiled functions read, after {@link publish}. */
  readonly variable: tf.Variable<tf.Rank.R1>;
  readonly #oneMemory: boolean;

  private constructor(variable: tf.Variable<tf.Rank.R1>, data: Float32Array) {
    this.variable = variable;
    this.data = data;
    this.#oneMemory = data.length === 0 || isMemoryOf(variable, data);
  }

  /** In memory of its own, or in `allocate`'s. */
  static create(length: number, allocate?: Allocate): SharedTensor {
    const data = allocate?.(length);
    const given = (data && tensorOver(data)) ?? tf.zeros<tf.Rank.R1>([length]);
    const variable = tf.variable(given);
    given.dispose();
    return new SharedTensor(variable, data ?? viewOf(variable));
  }

  /** A variable that nobody assigns any more. */
  static over(variable: tf.Variable<tf.Rank.R1>): SharedTensor {
    return new SharedTensor(variable, viewOf(variable));
  }

  /** To be called when `data` has been written, before a function reads the variable. */
  publish(): void {
    if (this.#oneMemory) return;
    const copy = tf.tensor1d(this.data);
    this.variable.assign(copy);
    copy.dispose();
  }

  dispose(): void {
    this.variable.dispose();
  }
}

/** A tensor's values; on CPUs its own memory, which stays valid as long as the array. */
export function viewOf(tensor: tf.Tensor): Float32Array {
  return tensorView(tensor) as Float32Array;
}

/** Whether what the host writes to `data` is in the tensor: on a CPU with libtensorflow, for a view or an array that a tensor lies over. */
export function isMemoryOf(tensor: tf.Tensor, data: Float32Array): boolean {
  const last = data.length - 1;
  const before = data[last]!;
  const other = before === 1 ? 2 : 1;
  data[last] = other;
  const seen = viewOf(tensor)[last] === other;
  data[last] = before;
  return seen;
}
