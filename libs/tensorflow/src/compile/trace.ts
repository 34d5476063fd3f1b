import { tf } from '../tf.ts';
import type {
  LibtensorflowBackend,
  Recorder,
  TensorEntry,
  TraceInput,
  TraceOutput,
} from '../backend/backend.ts';
import { escaped } from '../backend/backend.ts';
import type { OpAttr } from '../binding/binding.ts';
import { ATTR } from '../binding/binding.ts';
import * as dtypes from '../binding/dtypes.ts';
import { EngineError } from '../errors.ts';
import type { GraphNode, GraphValue } from './graph.ts';
import { Graph } from './graph.ts';
import { userLine } from './user-line.ts';

/** Constants above this size become inputs of the function instead of parts of it. */
const MAX_CONSTANT_BYTES = 4096;

/** An input of a traced function that is not one of its arguments. */
export type Capture =
  | { kind: 'tensor'; dataId: object; shape: number[] }
  | { kind: 'variable'; variable: tf.Variable }
  /** A large constant made inside the function; the handle belongs to the function. */
  | { kind: 'constant'; handle: number };

interface CapturedInput {
  capture: Capture;
  value: GraphValue;
}

/**
 * The recording of one function: receives every operation that runs while the function runs on symbolic tensors and
 * writes it into a graph.
 */
export class Trace implements Recorder {
  readonly graph: Graph;
  readonly #name: string;
  readonly #backend: LibtensorflowBackend;
  readonly #values = new WeakMap<object, GraphValue>();
  readonly #captures = new Map<object, CapturedInput>();
  readonly #constants = new Map<string, GraphValue>();
  readonly #largeConstants: { dtype: number; shape: string; bytes: Buffer; input: CapturedInput }[] = [];
  readonly #assigned = new Map<tf.Variable, { original: object; held: object[] }>();
  readonly #variableOf = new Map<object, tf.Variable>();
  #failure: EngineError | undefined;

  readonly #xla: boolean;

  constructor(name: string, backend: LibtensorflowBackend, options: { xla: boolean }) {
    this.#name = name;
    this.#xla = options.xla;
    this.#backend = backend;
    this.graph = new Graph(backend.native);
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      this.#variableOf.set(variable.dataId, variable);
    }
  }

  /** A symbolic tensor that stands for an argument. */
  argument(like: tf.Tensor): { tensor: tf.Tensor; value: GraphValue } {
    const value = this.graph.placeholder(like.shape, dtypes.toTensorFlowType(like.dtype));
    const dataId = {};
    this.#values.set(dataId, value);
    return { tensor: this.#backend.makeSymbolic(this, dataId, like.shape, value.dtype), value };
  }

  execute(name: string, attrs: readonly OpAttr[], inputs: TraceInput[], outputCount: number): TraceOutput[] {
    try {
      const values = inputs.map(({ dataId, entry }) => this.#input(dataId, entry));
      return this.graph.add(name, attrs, values, outputCount).map((value) => this.#made(value));
    } catch (error) {
      throw this.#locate(error, name);
    }
  }

  barrier({ dataId, entry }: TraceInput, after: TraceInput[]): TraceOutput {
    const value = this.#input(dataId, entry);
    const others = after.map((a) => this.#input(a.dataId, a.entry));
    if (this.#xla) {
      const values = [value, ...others];
      const attrs = [{ name: 'T', type: ATTR.TYPE_LIST, value: values.map((v) => v.dtype) }];
      return this.#made(this.graph.add('XlaOptimizationBarrier', attrs, values, values.length)[0]!);
    }
    const nodes = [...new Set(others.map((v) => v.node))];
    return this.#made(this.#identity(value, nodes));
  }

  dataRead(dataId: object, entry: TensorEntry): never {
    const value = this.#values.get(dataId);
    const what = !value
      ? 'of a tensor from outside'
      : value.node.type === 'Placeholder'
        ? 'of an argument'
        : `of a result of ${value.node.type}`;
    const error = new EngineError(
      'TRACE_DATA_READ',
      `The values ${what} [${entry.shape.join(', ')}] were read inside the compiled function '${this.#name}'${at()}: while a function is traced its tensors have no values.`,
      'Return the tensor and read it outside, or pass what you need as a plain number (each new number traces again).',
      value?.node.type,
    );
    // `data()` wraps this in a promise that fn may drop: remember it, the trace fails either way.
    this.#failure ??= error;
    throw error;
  }

  /** `variable.assign(newValue)` inside the function: recorded, and visible to what follows in the function. */
  assign(variable: tf.Variable, newValue: tf.Tensor): void {
    if (variable.dtype !== newValue.dtype || !tf.util.arraysEqual(variable.shape, newValue.shape)) {
      throw new EngineError(
        'BAD_ARGUMENT',
        `Variable '${variable.name}' (${variable.dtype} [${variable.shape.join(', ')}]) was assigned a ${newValue.dtype} [${newValue.shape.join(', ')}]${at()}.`,
        'Assign a tensor of the same shape and dtype.',
      );
    }
    let record = this.#assigned.get(variable);
    if (!record) this.#assigned.set(variable, (record = { original: variable.dataId, held: [] }));
    // Held, so that the end of a tidy scope does not drop what the variable now points to.
    this.#backend.incRef(newValue.dataId);
    record.held.push(newValue.dataId);
    variable.dataId = newValue.dataId;
  }

  /** Graph values to be returned; inputs and repeated values get a node of their own. */
  output(dataId: object, taken: Set<GraphValue>): GraphValue {
    let value = this.#input(dataId, this.#backend.entry(dataId));
    if (taken.has(value) || value.node.type === 'Placeholder') {
      value = this.#identity(value);
    }
    taken.add(value);
    return value;
  }

  /** Assigned variables with their last values; afterwards the variables are what they were before the trace. */
  takeAssignments(taken: Set<GraphValue>): { variable: tf.Variable; value: GraphValue }[] {
    const list = [...this.#assigned].map(([variable]) => ({
      variable,
      value: this.output(variable.dataId, taken),
    }));
    this.restoreVariables();
    return list;
  }

  /** Undoes what `assign` did to the variables. */
  restoreVariables(): void {
    for (const [variable, { original, held }] of this.#assigned) {
      variable.dataId = original;
      for (const dataId of held) this.#backend.disposeData(dataId);
    }
    this.#assigned.clear();
  }

  get captures(): CapturedInput[] {
    return [...this.#captures.values(), ...this.#largeConstants.map((c) => c.input)];
  }

  /** Frees the large constants that no input of the function keeps. */
  discardConstants(kept: readonly Capture[]): void {
    for (const { input } of this.#largeConstants) {
      const { capture } = input;
      if (capture.kind === 'constant' && !kept.includes(capture)) {
        this.#backend.native.deleteTensor(capture.handle);
      }
    }
  }

  /** @throws the first error that fn caught or dropped. */
  check(): void {
    if (this.#failure) throw this.#failure;
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      if (this.#values.has(variable.dataId) && !this.#assigned.has(variable)) {
        variable.dispose();
        throw new EngineError(
          'TRACE_ESCAPED',
          `The compiled function '${this.#name}' creates the variable '${variable.name}'.`,
          'Create variables (and optimizers, which make theirs on first use) outside.',
        );
      }
    }
  }

  #made(value: GraphValue): TraceOutput {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: value.shape, dtype: value.dtype };
  }

  #identity(value: GraphValue, controls: GraphNode[] = []): GraphValue {
    const attrs = [{ name: 'T', type: ATTR.TYPE, value: value.dtype }];
    return this.graph.add('Identity', attrs, [value], 1, controls)[0]!;
  }

  #input(dataId: object, entry: TensorEntry): GraphValue {
    const known = this.#values.get(dataId);
    if (known) return known;
    if (entry.owner === this && entry.values !== null) {
      const value = this.#constant(entry);
      this.#values.set(dataId, value);
      return value;
    }
    if (entry.owner && entry.values === null) throw escaped(entry.shape);
    return this.#capture(dataId, entry);
  }

  #capture(dataId: object, entry: TensorEntry): GraphValue {
    let captured = this.#captures.get(dataId);
    if (!captured) {
      const variable = this.#variableOf.get(dataId);
      captured = {
        capture: variable ? { kind: 'variable', variable } : { kind: 'tensor', dataId, shape: entry.shape },
        value: this.graph.placeholder(entry.shape, entry.dtype),
      };
      this.#captures.set(dataId, captured);
    }
    return captured.value;
  }

  #constant({ shape, dtype, values }: TensorEntry): GraphValue {
    const host = dtypes.toHostArray(values, dtype);
    const bytes = Buffer.from(host.buffer, host.byteOffset, host.byteLength);
    if (bytes.length <= MAX_CONSTANT_BYTES) {
      const key = `${dtype}[${shape.join()}]${bytes.toString('latin1')}`;
      let value = this.#constants.get(key);
      if (!value) this.#constants.set(key, (value = this.graph.constant(shape, dtype, host)));
      return value;
    }
    const first = host[0]!;
    if (dtype !== dtypes.TF_COMPLEX64 && host.every((x) => x === first))
      return this.#fill(shape, dtype, first);
    const text = shape.join();
    const same = this.#largeConstants.find(
      (c) => c.dtype === dtype && c.shape === text && c.bytes.equals(bytes),
    );
    if (same) return same.input.value;
    const handle = this.#backend.native.createTensor(shape, dtype, host);
    const input: CapturedInput = {
      capture: { kind: 'constant', handle },
      value: this.graph.placeholder(shape, dtype),
    };
    this.#largeConstants.push({ dtype, shape: text, bytes, input });
    return input.value;
  }

  /** A large constant of equal values (`tf.ones`, `tf.zeros`): two numbers in the graph instead of the values. */
  #fill(shape: number[], dtype: number, first: number): GraphValue {
    const dims = this.#constant({
      shape: [shape.length],
      dtype: dtypes.TF_INT32,
      values: Int32Array.from(shape),
      id: 0,
      refCount: 1,
    });
    const value = this.#constant({
      shape: [],
      dtype,
      values: dtypes.toHostArray([first], dtype),
      id: 0,
      refCount: 1,
    });
    const attrs: OpAttr[] = [
      { name: 'T', type: ATTR.TYPE, value: dtype },
      { name: 'index_type', type: ATTR.TYPE, value: dtypes.TF_INT32 },
    ];
    return this.graph.add('Fill', attrs, [dims, value], 1)[0]!;
  }

  #locate(error: unknown, op: string): unknown {
    if (!(error instanceof EngineError)) return error;
    return new EngineError(
      error.code === 'OP_FAILED' ? 'TRACE_FAILED' : error.code,
      `While tracing '${this.#name}'${at()}: ${error.message}`,
      error.hint,
      op,
    );
  }
}

function at(): string {
  const line = userLine();
  return line ? ` at ${line}` : '';
}
