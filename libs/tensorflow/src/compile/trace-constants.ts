import type { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import type { TensorEntry } from '../backend/tensor-data.ts';
import type { OpAttr } from '../binding/attributes.ts';
import { ATTR } from '../binding/attributes.ts';
import * as dtypes from '../binding/dtypes.ts';
import type { Graph, GraphValue } from './graph.ts';

/** An input of a traced function that is not one of its arguments. */
export type Capture =
  | { kind: 'tensor'; dataId: object; shape: number[] }
  | { kind: 'variable'; variable: tf.Variable }
  /** What emitted tensors leave through; a call has its own. */
  | { kind: 'queue' }
  /** A large constant made inside the function; the handle belongs to the function. */
  | { kind: 'constant'; handle: number; dtype: number; bytes: number };

export interface CapturedInput {
  capture: Capture;
  value: GraphValue;
}

/** Constants above this size become inputs of the function instead of parts of it. */
const MAX_CONSTANT_BYTES = 4096;

/** The constants of a traced function: equal ones shared, large ones kept out of the graph. */
export class TraceConstants {
  readonly #graph: Graph;
  readonly #backend: LibtensorflowBackend;
  readonly #small = new Map<string, GraphValue>();
  readonly #large: { dtype: number; shape: string; bytes: Buffer; input: CapturedInput }[] = [];

  constructor(graph: Graph, backend: LibtensorflowBackend) {
    this.#graph = graph;
    this.#backend = backend;
  }

  /** The large constants as inputs of the function. */
  get inputs(): CapturedInput[] {
    return this.#large.map((c) => c.input);
  }

  /** Frees the large constants that no input of the function keeps. */
  discard(kept: readonly Capture[]): void {
    for (const { capture } of this.inputs) {
      if (capture.kind === 'constant' && !kept.includes(capture)) {
        this.#backend.freeConstant(capture);
      }
    }
  }

  /** The graph value of a tensor that fn made from host values. */
  add({ shape, dtype, values }: TensorEntry): GraphValue {
    const host = dtypes.toHostArray(values, dtype);
    const bytes = Buffer.from(host.buffer, host.byteOffset, host.byteLength);
    if (bytes.length <= MAX_CONSTANT_BYTES) {
      const key = `${dtype}[${shape.join()}]${bytes.toString('latin1')}`;
      let value = this.#small.get(key);
      if (!value) this.#small.set(key, (value = this.#graph.constant(shape, dtype, host)));
      return value;
    }
    const first = host[0]!;
    if (dtype !== dtypes.TF_COMPLEX64 && host.every((x) => x === first))
      return this.#fill(shape, dtype, host.slice(0, 1) as dtypes.HostArray);
    const text = shape.join();
    const same = this.#large.find((c) => c.dtype === dtype && c.shape === text && c.bytes.equals(bytes));
    if (same) return same.input.value;
    const handle = this.#backend.native.createTensor(shape, dtype, host);
    this.#backend.account.add('constants', dtype, bytes.length);
    const input: CapturedInput = {
      capture: { kind: 'constant', handle, dtype, bytes: bytes.length },
      value: this.#graph.placeholder(shape, dtype),
    };
    this.#large.push({ dtype, shape: text, bytes, input });
    return input.value;
  }

  /** A large constant of equal values (`tf.ones`, `tf.zeros`): two numbers in the graph instead of the values. */
  #fill(shape: number[], dtype: number, first: dtypes.HostArray): GraphValue {
    const dims = this.add({
      shape: [shape.length],
      dtype: dtypes.TF_INT32,
      values: Int32Array.from(shape),
      id: 0,
      refCount: 1,
    });
    const value = this.add({
      shape: [],
      dtype,
      values: first,
      id: 0,
      refCount: 1,
    });
    const attrs: OpAttr[] = [
      { name: 'T', type: ATTR.TYPE, value: dtype },
      { name: 'index_type', type: ATTR.TYPE, value: dtypes.TF_INT32 },
    ];
    return this.#graph.add('Fill', attrs, [dims, value], 1)[0]!;
  }
}
