import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { tf } from '../tf.ts';

/** Slices of rows that start at 64-byte boundaries are views in TensorFlow, whatever the row's length. */
const ALIGNED_ROWS = 16;

export interface RowBlock {
  index: number;
  start: number;
  size: number;
}

/** Equal blocks of at most `block` rows (rounded up to a multiple of 16); only the last may be shorter. */
export function rowBlocks(rows: number, block: number): RowBlock[] {
  const count = Math.max(1, Math.ceil(rows / block));
  const size = Math.ceil(rows / count / ALIGNED_ROWS) * ALIGNED_ROWS;
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) => {
    const start = index * size;
    return { index, start, size: Math.min(size, rows - start) };
  });
}

/** The rows of one block: a view inside compiled functions. */
export function rowsOf(matrix: tf.Tensor2D, { start, size }: RowBlock): tf.Tensor2D {
  return tf.slice(matrix, [start, 0], [size, matrix.shape[1]]);
}

/** The entries of one block, as a column `[size, 1]`. */
export function columnOf(vector: tf.Tensor, { start, size }: RowBlock): tf.Tensor2D {
  return tf.reshape(tf.slice(vector, [start], [size]), [size, 1]);
}

/**
 * A matrix `[rows, columns]` that is computed block by block. On libtensorflow the blocks are written into one buffer, so that
 * the whole never exists twice, as it does when blocks are concatenated at the end; elsewhere (WASM, XLA) they are
 * concatenated.
 */
export class BlockMatrix {
  readonly #blocks: readonly RowBlock[];
  readonly #columns: number;
  readonly #pieces: tf.Tensor2D[] = [];
  #buffer: tf.Tensor | undefined;

  constructor(blocks: readonly RowBlock[], columns: number) {
    this.#blocks = blocks;
    this.#columns = columns;
    const backend = nativeBackend();
    if (!backend || backend.recorder?.xla) return;
    const shape = tf.tensor1d([blocks.length, blocks[0]!.size * columns], 'int32');
    this.#buffer = backend.executeSingleOutput('Empty', [typeAttr('dtype', 'float32')], [shape]);
  }

  /** Writes one block, once. @returns a tensor that is there when the block is written. */
  set(block: RowBlock, values: tf.Tensor2D): tf.Tensor {
    return this.#update('InplaceUpdate', block, values);
  }

  /** Adds to a block that has been set. @returns a tensor that is there when this is done. */
  add(block: RowBlock, values: tf.Tensor2D): tf.Tensor {
    return this.#update('InplaceAdd', block, values);
  }

  result(): tf.Tensor2D {
    if (!this.#buffer) return tf.concat(this.#pieces);
    const rows = this.#blocks.reduce((sum, { size }) => sum + size, 0);
    const padded: tf.Tensor2D = tf.reshape(this.#buffer, [
      this.#blocks.length * this.#blocks[0]!.size,
      this.#columns,
    ]);
    return tf.slice(padded, [0, 0], [rows, this.#columns]); // a view
  }

  #update(op: 'InplaceUpdate' | 'InplaceAdd', block: RowBlock, values: tf.Tensor2D): tf.Tensor {
    const backend = nativeBackend();
    const before = this.#buffer;
    if (!backend || !before) {
      const { index } = block;
      const sum = op === 'InplaceAdd' ? tf.add<tf.Tensor2D>(this.#pieces[index]!, values) : values;
      this.#pieces[index] = sum;
      return sum;
    }
    const missing = this.#blocks[0]!.size - block.size;
    const full = missing > 0 ? tf.pad(values, [[0, missing], [0, 0]]) : values; // prettier-ignore
    const row = tf.reshape(full, [1, full.size]);
    const at = tf.tensor1d([block.index], 'int32');
    this.#buffer = backend.executeSingleOutput(op, [typeAttr('T', 'float32')], [before, at, row]);
    return this.#buffer;
  }
}
