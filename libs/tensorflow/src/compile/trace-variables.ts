import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import type { Resource } from '../backend/variables.ts';
import type { OpAttr } from '../binding/attributes.ts';
import { ATTR } from '../binding/attributes.ts';
import * as dtypes from '../binding/dtypes.ts';
import { EngineError } from '../errors.ts';
import type { Graph, GraphNode, GraphValue } from './graph.ts';
import { neededNodes } from './graph.ts';

/** A variable inside a traced function. */
export interface TracedVariable {
  readonly variable: tf.Variable;
  readonly resource: Resource;
  /** The function's input: the resource, not the value. */
  readonly input: GraphValue;
  readonly shape: number[];
  readonly dtype: number;
  /** The data id outside the trace. */
  readonly original: object;
  /** Values read from the resource, the first one before any write. */
  readonly reads: GraphValue[];
  /** Whether the last one is what fn sees now. */
  fresh: boolean;
  /** The last node that wrote the resource. */
  written?: GraphNode;
  /** An assigned value that is not written yet: fn sees it, the resource gets it at the end. */
  assigned?: GraphValue;
}

/** An operation that updates variables in place, not yet in the graph. */
interface Update {
  readonly type: string;
  readonly attrs: readonly OpAttr[];
  readonly variables: readonly TracedVariable[];
  readonly inputs: readonly GraphValue[];
}

/** Operations whose result is the memory of their input. */
const ALIASES = new Set(['Identity', 'Reshape', 'ExpandDims', 'Squeeze', 'StopGradient', 'Bitcast']);

/**
 * The variables that a traced function reads and writes. Reads come before writes by control inputs; values that fn assigns
 * are graph values until the end of the function. Updates in place wait for what uses the old buffer (TensorFlow would
 * copy the buffer otherwise: correct, but a second copy), so they enter the graph as late as possible.
 */
export class TraceVariables {
  readonly #graph: Graph;
  readonly #backend: LibtensorflowBackend;
  readonly #byDataId = new Map<object, tf.Variable>();
  readonly #traced = new Map<tf.Variable, TracedVariable>();
  readonly #held: object[] = [];
  #updates: Update[] = [];

  constructor(graph: Graph, backend: LibtensorflowBackend) {
    this.#graph = graph;
    this.#backend = backend;
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      // Two variables may share data (`tf.variable(other)`): one of them gets its own.
      if (this.#byDataId.has(variable.dataId)) backend.makeResource(variable);
      this.#byDataId.set(variable.dataId, variable);
    }
  }

  get all(): TracedVariable[] {
    return [...this.#traced.values()];
  }

  has(variable: tf.Variable): boolean {
    return this.#traced.has(variable);
  }

  /** The variable whose data this is outside the trace. */
  find(dataId: object): tf.Variable | undefined {
    return this.#byDataId.get(dataId);
  }

  /** The variable as an input of the function. May give it a new data id. */
  use(variable: tf.Variable): TracedVariable {
    let traced = this.#traced.get(variable);
    if (!traced) {
      const resource = this.#backend.makeResource(variable);
      const { shape, dtype } = resource;
      const input = this.#graph.placeholder([], dtypes.TF_RESOURCE);
      const original = variable.dataId;
      // Read even if only written as far as one knows: aliases made before mean the first value. Unused reads are dropped.
      const first = this.#graph.readVariable(input, shape, dtype, []);
      traced = { variable, resource, input, shape, dtype, original, reads: [first], fresh: true };
      this.#traced.set(variable, traced);
      this.#byDataId.set(original, variable);
    }
    return traced;
  }

  /** The value that fn sees now. */
  read(traced: TracedVariable): GraphValue {
    if (traced.assigned) return traced.assigned;
    if (this.#updates.some((u) => u.variables.includes(traced))) this.#flush(() => true);
    if (traced.fresh) return traced.reads.at(-1)!;
    const value = this.#graph.readVariable(
      traced.input,
      traced.shape,
      traced.dtype,
      traced.written ? [traced.written] : [],
    );
    traced.reads.push(value);
    traced.fresh = true;
    return value;
  }

  /** Points the variable to data that stands for its new value; held, so that the end of a scope does not drop it. */
  assign(traced: TracedVariable, value: GraphValue, dataId: object): void {
    traced.assigned = value;
    this.#point(traced, dataId);
  }

  /**
   * Records an operation that updates resources in place: `type(...resources, ...inputs)`.
   * @param makeSymbol makes the data that stands for a variable's value afterwards
   */
  update(
    type: string,
    attrs: readonly OpAttr[],
    traced: readonly TracedVariable[],
    inputs: readonly GraphValue[],
    makeSymbol: (traced: TracedVariable) => object,
  ): void {
    for (const t of traced) {
      if (this.#updates.some((u) => u.variables.includes(t))) this.#flush(() => true);
      if (t.assigned) this.#write(t, () => true);
    }
    this.#updates.push({ type, attrs, variables: traced, inputs });
    for (const t of traced) {
      t.fresh = false;
      this.#point(t, makeSymbol(t));
    }
  }

  /** Writes what is not written yet. @returns the nodes that must run */
  finish(outputs: readonly GraphValue[]): GraphNode[] {
    const roots = [...outputs, ...this.#updates.flatMap((u) => u.inputs)];
    for (const t of this.all) if (t.assigned) roots.push(t.assigned);
    const written = this.all.flatMap((t) => t.written ?? []);
    const needed = new Set(neededNodes(roots, written));
    this.#flush((node) => needed.has(node));
    for (const t of this.all) if (t.assigned) this.#write(t, (node) => needed.has(node));
    return [...new Set(this.all.flatMap((t) => t.written ?? []))];
  }

  /** Variables are what they were before the trace. */
  restore(): void {
    for (const { variable, original } of this.all) variable.dataId = original;
    for (const dataId of this.#held.splice(0)) this.#backend.disposeData(dataId);
  }

  #point({ variable }: TracedVariable, dataId: object): void {
    this.#backend.incRef(dataId);
    this.#held.push(dataId);
    variable.dataId = dataId;
  }

  #write(traced: TracedVariable, runs: (node: GraphNode) => boolean): void {
    const attrs = [{ name: 'dtype', type: ATTR.TYPE, value: traced.dtype }];
    const before = traced.reads.map((r) => r.node).filter(runs);
    if (traced.written) before.push(traced.written);
    traced.written = this.#graph.node('AssignVariableOp', attrs, [traced.input, traced.assigned!], before);
    traced.assigned = undefined;
    traced.fresh = false;
  }

  /** Puts the waiting updates into the graph. @param runs whether a node recorded so far will run */
  #flush(runs: (node: GraphNode) => boolean): void {
    if (this.#updates.length === 0) return;
    const users = usersOf(this.#graph.nodes.filter(runs));
    const waiting = this.#updates.splice(0).map((update) => {
      const before = new Set<GraphNode>();
      for (const { reads, written } of update.variables) {
        if (written) before.add(written);
        for (const { node } of reads.filter((r) => runs(r.node))) {
          before.add(node);
          bufferUsers(node, users, before);
        }
      }
      return { ...update, before };
    });
    const precedes = precedence(
      this.#graph.nodes,
      waiting.flatMap((w) => [...w.before]),
    );
    for (const { type, attrs, variables, inputs, before } of waiting) {
      // What the inputs come from has run anyway; control inputs on it would only hinder TensorFlow's fusing.
      const controls = [...before].filter((node) => !inputs.some((input) => precedes(node, input.node)));
      const resources = variables.map((t) => t.input);
      const node = this.#graph.node(type, attrs, [...resources, ...inputs], controls);
      for (const t of variables) t.written = node;
    }
  }
}

/** Tells whether one of `marked` runs before a node (or is it), by one pass over `nodes`, inputs first. */
function precedence(
  nodes: readonly GraphNode[],
  marked: readonly GraphNode[],
): (first: GraphNode, then: GraphNode) => boolean {
  const columns = new Map<GraphNode, number>();
  for (const node of marked) if (!columns.has(node)) columns.set(node, columns.size);
  const words = Math.ceil(columns.size / 32);
  const bits = new Uint32Array(nodes.length * words);
  const rows = new Map<GraphNode, number>();
  nodes.forEach((node, i) => {
    const row = i * words;
    rows.set(node, row);
    for (const source of [...node.inputs.map((v) => v.node), ...node.controls]) {
      const from = rows.get(source)!;
      for (let w = 0; w < words; w++) bits[row + w]! |= bits[from + w]!;
    }
    const column = columns.get(node);
    if (column !== undefined) bits[row + (column >>> 5)]! |= 1 << (column & 31);
  });
  return (first, then) => {
    const column = columns.get(first)!;
    return ((bits[rows.get(then)! + (column >>> 5)]! >>> (column & 31)) & 1) === 1;
  };
}

type Users = Map<GraphNode, GraphNode[]>;

function usersOf(nodes: readonly GraphNode[]): Users {
  const users: Users = new Map();
  for (const node of nodes) {
    for (const { node: input } of node.inputs) {
      const list = users.get(input);
      if (list) list.push(node);
      else users.set(input, [node]);
    }
  }
  return users;
}

/** Nodes that hold the buffer that `node` gives out. */
function bufferUsers(node: GraphNode, users: Users, found: Set<GraphNode>): void {
  for (const user of users.get(node) ?? []) {
    if (found.has(user)) continue;
    found.add(user);
    if (ALIASES.has(user.type)) bufferUsers(user, users, found);
  }
}

/** @throws EngineError BAD_ARGUMENT when `value` cannot be assigned to `variable`; `where` ends the sentence */
export function checkAssignable(variable: tf.Variable, value: tf.Tensor, where: string): void {
  if (variable.dtype === value.dtype && tf.util.arraysEqual(variable.shape, value.shape)) return;
  throw new EngineError(
    'BAD_ARGUMENT',
    `Variable '${variable.name}' (${variable.dtype} [${variable.shape.join(', ')}]) was assigned a ${value.dtype} [${value.shape.join(', ')}]${where}.`,
    'Assign a tensor of the same shape and dtype.',
  );
}
