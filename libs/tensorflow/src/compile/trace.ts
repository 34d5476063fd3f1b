import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import type { Recorder, TraceInput, TraceOutput } from '../backend/recorder.ts';
import type { TensorEntry } from '../backend/tensor-data.ts';
import { escaped } from '../backend/tensor-data.ts';
import type { OpAttr } from '../binding/attributes.ts';
import { ATTR } from '../binding/attributes.ts';
import * as dtypes from '../binding/dtypes.ts';
import { machineMemory, outOfMemory } from '../binding/machine-memory.ts';
import { EngineError } from '../errors.ts';
import type { GraphFunction, GraphNode, GraphValue } from './graph.ts';
import { Graph } from './graph.ts';
import type { Capture, CapturedInput } from './trace-constants.ts';
import { TraceConstants } from './trace-constants.ts';
import type { TracedVariable } from './trace-variables.ts';
import { checkAssignable, TraceVariables } from './trace-variables.ts';
import { userLine } from '../backend/user-line.ts';

const memoryLimit = machineMemory().limit;

/**
 * The recording of one function: receives every operation that runs while the function runs on symbolic tensors and
 * writes it into a graph.
 */
export class Trace implements Recorder {
  readonly graph: Graph;
  readonly #name: string;
  readonly #backend: LibtensorflowBackend;
  readonly #values = new WeakMap<object, GraphValue>();
  /** Stand for variables after an update in place; read only if somebody asks. */
  readonly #updated = new WeakMap<object, TracedVariable>();
  readonly #captures = new Map<object, CapturedInput>();
  readonly #constants: TraceConstants;
  readonly variables: TraceVariables;
  /** What fn emits, in order; undefined where it cannot. */
  readonly #emitted: GraphValue[] | undefined;
  #queue: { capture: Capture; value: GraphValue; last?: GraphNode } | undefined;
  #failure: EngineError | undefined;

  /** The function is compiled by XLA. */
  readonly xla: boolean;

  constructor(name: string, backend: LibtensorflowBackend, options: { xla: boolean; emits?: boolean }) {
    this.#name = name;
    this.xla = options.xla;
    if (options.emits) this.#emitted = [];
    this.#backend = backend;
    this.graph = new Graph(backend.native);
    this.variables = new TraceVariables(this.graph, backend);
    this.#constants = new TraceConstants(this.graph, backend);
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
      return this.graph.add(name, attrs, values, outputCount).map((value) => {
        const bytes = dtypes.byteSize(value.shape, value.dtype);
        // XLA may never build it.
        if (bytes > memoryLimit && !this.xla) {
          throw outOfMemory(name, `a result [${value.shape.join(', ')}]`, bytes);
        }
        return this.#made(value);
      });
    } catch (error) {
      throw this.#locate(error, name);
    }
  }

  /** Records a call of a registered function. */
  call(fn: GraphFunction, inputs: readonly tf.Tensor[]): tf.Tensor[] {
    const values = inputs.map(({ dataId }) => this.#input(dataId, this.#backend.entry(dataId)));
    return this.graph.call(fn, values).map((value) => {
      const { dataId, shape, dtype } = this.#made(value);
      return this.#backend.makeSymbolic(this, dataId, shape, dtype);
    });
  }

  barrier({ dataId, entry }: TraceInput, after: TraceInput[]): TraceOutput {
    const value = this.#input(dataId, entry);
    const others = after.map((a) => this.#input(a.dataId, a.entry));
    if (this.xla) {
      const values = [value, ...others];
      const attrs = [{ name: 'T', type: ATTR.TYPE_LIST, value: values.map((v) => v.dtype) }];
      return this.#made(this.graph.add('XlaOptimizationBarrier', attrs, values, values.length)[0]!);
    }
    const nodes = [...new Set(others.map((v) => v.node))];
    return this.#made(this.#identity(value, nodes));
  }

  emit({ dataId, entry }: TraceInput): void {
    const value = this.#input(dataId, entry);
    const others = this.#emitted;
    if (!others || value.dtype !== (others[0] ?? value).dtype)
      throw notEmitted(this.#name, others?.[0], value);
    others.push(value);
    // XLA knows no queues: emitted tensors are further results there.
    if (this.xla) return;
    this.#queue ??= { capture: { kind: 'queue' }, value: this.graph.placeholder([], dtypes.TF_RESOURCE) };
    const attrs = [{ name: 'Tcomponents', type: ATTR.TYPE_LIST, value: [value.dtype] }];
    const { last } = this.#queue;
    // One after the other, in the order of the calls.
    this.#queue.last = this.graph.node(
      'QueueEnqueueV2',
      attrs,
      [this.#queue.value, value],
      last ? [last] : [],
    );
  }

  /** The values that fn has emitted, and the node that has run when all of them have left (not by XLA). */
  get emitted(): { values: readonly GraphValue[]; last?: GraphNode } {
    return { values: this.#emitted ?? [], last: this.#queue?.last };
  }

  dataRead(dataId: object, entry: TensorEntry): never {
    const value = this.#values.get(dataId);
    const what = !value
      ? 'of a tensor from outside'
      : value.node.type === 'Placeholder'
        ? 'of an argument'
        : value.node.type === 'ReadVariableOp'
          ? 'of a variable'
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
    checkAssignable(variable, newValue, at());
    const value = this.#input(newValue.dataId, this.#backend.entry(newValue.dataId));
    // Not earlier: another variable's data id changes when it is captured.
    this.variables.assign(this.#use(variable), value, newValue.dataId);
  }

  update(
    type: string,
    attrs: readonly OpAttr[],
    variables: readonly tf.Variable[],
    inputs: readonly TraceInput[],
  ): void {
    const values = inputs.map(({ dataId, entry }) => this.#input(dataId, entry));
    const targets = variables.map((v) => this.#use(v));
    this.variables.update(type, attrs, targets, values, (traced) => {
      const dataId = {};
      this.#updated.set(dataId, traced);
      this.#backend.makeSymbolic(this, dataId, traced.shape, traced.dtype);
      return dataId;
    });
  }

  /** Graph values to be returned; inputs and repeated values get a node of their own. */
  output(dataId: object, taken: Set<GraphValue>): GraphValue {
    return this.outputValue(this.#input(dataId, this.#backend.entry(dataId)), taken);
  }

  outputValue(value: GraphValue, taken: Set<GraphValue>): GraphValue {
    if (taken.has(value) || value.node.type === 'Placeholder') {
      value = this.#identity(value);
    }
    taken.add(value);
    return value;
  }

  get captures(): CapturedInput[] {
    const variables = this.variables.all.map(({ variable, input }): CapturedInput => ({
      capture: { kind: 'variable', variable },
      value: input,
    }));
    const queue = this.#queue ? [this.#queue] : [];
    return [...variables, ...this.#captures.values(), ...this.#constants.inputs, ...queue];
  }

  /** Frees the large constants that no input of the function keeps. */
  discardConstants(kept: readonly Capture[]): void {
    this.#constants.discard(kept);
  }

  /** @throws the first error that fn caught or dropped. */
  check(): void {
    if (this.#failure) throw this.#failure;
    const [made] = this.#madeVariables();
    if (made) throw this.#makesVariable(made);
  }

  /** Variables that fn made have no values: whoever holds one finds it disposed. */
  disposeVariables(): void {
    for (const variable of this.#madeVariables()) variable.dispose();
  }

  #madeVariables(): tf.Variable[] {
    return Object.values(tf.engine().registeredVariables).filter((variable) => this.#isMadeHere(variable));
  }

  #isMadeHere(variable: tf.Variable): boolean {
    return !this.variables.has(variable) && this.#backend.entry(variable.dataId).owner === this;
  }

  #makesVariable(variable: tf.Variable, where = ''): EngineError {
    return new EngineError(
      'TRACE_ESCAPED',
      `The compiled function '${this.#name}' creates the variable '${variable.name}'${where}.`,
      'Create variables outside; an optimizer makes its own in its first step: let it take that outside, too.',
    );
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
    const updated = this.#updated.get(dataId);
    if (updated) {
      const value = this.variables.read(updated);
      this.#values.set(dataId, value);
      return value;
    }
    if (entry.owner === this && entry.values !== null) {
      const value = this.#constants.add(entry);
      this.#values.set(dataId, value);
      return value;
    }
    if (entry.owner && entry.values === null) throw escaped(entry.shape);
    return this.#capture(dataId, entry);
  }

  /** What has a variable's data when it is first used keeps its first value, whatever is written to it later in fn. */
  #use(variable: tf.Variable): TracedVariable {
    const { dataId } = variable;
    if (this.variables.has(variable)) return this.variables.use(variable);
    if (this.#isMadeHere(variable)) throw this.#makesVariable(variable, at());
    const traced = this.variables.use(variable);
    this.#values.set(dataId, traced.reads[0]!);
    this.#values.set(traced.original, traced.reads[0]!);
    return traced;
  }

  #capture(dataId: object, entry: TensorEntry): GraphValue {
    const variable = this.variables.find(dataId);
    if (variable) {
      const [first] = this.#use(variable).reads;
      this.#values.set(dataId, first!);
      return first!;
    }
    let captured = this.#captures.get(dataId);
    if (!captured) {
      captured = {
        capture: { kind: 'tensor', dataId, shape: entry.shape },
        value: this.graph.placeholder(entry.shape, entry.dtype),
      };
      this.#captures.set(dataId, captured);
    }
    return captured.value;
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

function notEmitted(name: string, first: GraphValue | undefined, value: GraphValue): EngineError {
  const type = (v: GraphValue): string => dtypes.toTfjsType(v.dtype);
  const why = first
    ? `emits ${type(value)} after ${type(first)}`
    : 'is a piece of another function and cannot emit';
  return new EngineError(
    'BAD_ARGUMENT',
    `'${name}'${at()} ${why}.`,
    first
      ? 'Emit tensors of one dtype.'
      : 'Return the tensor and emit it outside of the loop or fused piece.',
  );
}

function at(): string {
  const line = userLine();
  return line ? ` at ${line}` : '';
}
