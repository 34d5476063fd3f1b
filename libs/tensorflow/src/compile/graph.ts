import type { OpAttr } from '../binding/attributes.ts';
import { ATTR, setGraphAttribute } from '../binding/attributes.ts';
import type { Binding } from '../binding/binding.ts';
import type { GraphOutput, Library } from '../binding/library.ts';
import { checkStatus } from '../binding/status.ts';
import { EngineError } from '../errors.ts';
import { inputArguments } from './op-def.ts';

/** One operation of a graph under construction. */
export interface GraphNode {
  readonly type: string;
  readonly oper: number;
  readonly inputs: readonly GraphValue[];
  /** Nodes that run before this one although it takes nothing from them. */
  readonly controls: readonly GraphNode[];
}

/** One output of a node: what a traced tensor stands for. */
export interface GraphValue {
  readonly node: GraphNode;
  readonly output: GraphOutput;
  readonly shape: number[];
  /** TF_DataType */
  readonly dtype: number;
}

/** A registered function that graphs can call. */
export interface GraphFunction {
  name: string;
  /** TF_Function */
  handle: number;
  outputs: readonly { shape: number[]; dtype: number }[];
}

/**
 * A TensorFlow graph, built node by node through the C API. TensorFlow itself checks every node, infers missing type
 * attributes and the output shapes, so no operation runs while a function is traced.
 */
export class Graph {
  readonly #lib: Library;
  readonly #binding: Binding;
  readonly #graph: number;
  readonly #status: number;
  /** In the order in which they were made: inputs before their users. */
  readonly nodes: GraphNode[] = [];
  #count = 0;
  #disposed = false;
  readonly #callable = new Set<string>();

  constructor(binding: Binding) {
    this.#binding = binding;
    this.#lib = binding.lib;
    this.#graph = this.#lib.TF_NewGraph();
    this.#status = this.#lib.TF_NewStatus();
  }

  /** An input of the function. */
  placeholder(shape: readonly number[], dtype: number): GraphValue {
    const attrs: OpAttr[] = [
      { name: 'dtype', type: ATTR.TYPE, value: dtype },
      { name: 'shape', type: ATTR.SHAPE, value: shape },
    ];
    return this.add('Placeholder', attrs, [], 1)[0]!;
  }

  /** A constant, stored in the graph: for small values only. */
  constant(shape: readonly number[], dtype: number, values: unknown): GraphValue {
    const lib = this.#lib;
    const desc = this.#begin('Const');
    const tensor = this.#binding.allocate(shape, dtype, values);
    lib.TF_SetAttrTensor(desc, 'value', tensor, this.#status);
    lib.TF_DeleteTensor(tensor);
    lib.TF_SetAttrType(desc, 'dtype', dtype);
    return this.#values(this.#finish(desc, 'Const', [], []), 1)[0]!;
  }

  /**
   * Appends an operation.
   * @throws EngineError OP_FAILED with TensorFlow's message, TRACE_UNKNOWN_SHAPE when the result's shape depends on data.
   */
  add(
    type: string,
    attrs: readonly OpAttr[],
    inputs: readonly GraphValue[],
    outputCount: number,
    controls: readonly GraphNode[] = [],
  ): GraphValue[] {
    return this.#values(this.node(type, attrs, inputs, controls), outputCount);
  }

  /** Appends an operation that is there for its effect, or whose outputs are asked for later. */
  node(
    type: string,
    attrs: readonly OpAttr[],
    inputs: readonly GraphValue[],
    controls: readonly GraphNode[] = [],
  ): GraphNode {
    const args = inputArguments(this.#lib, this.#graph, this.#status, type);
    const desc = this.#begin(type);
    let next = 0;
    for (const [i, arg] of args.entries()) {
      const list = arg.numberAttr !== '' || arg.typeListAttr !== '';
      if (!list) {
        const input = inputs[next++];
        if (input) this.#lib.TF_AddInput(desc, input.output);
        continue;
      }
      const given = attrs.find((a) => a.name === arg.numberAttr)?.value;
      const length = given === undefined ? inputs.length - next - (args.length - 1 - i) : Number(given);
      const packed = packOutputs(inputs.slice(next, next + length));
      this.#lib.TF_AddInputList(desc, packed, length);
      next += length;
    }
    for (const control of controls) this.#lib.TF_AddControlInput(desc, control.oper);
    for (const attr of attrs) setGraphAttribute(this.#lib, desc, attr);
    return this.#finish(desc, type, inputs, controls);
  }

  /** The value of a resource input; its shape is told, as a resource's type has none. */
  readVariable(
    resource: GraphValue,
    shape: number[],
    dtype: number,
    controls: readonly GraphNode[],
  ): GraphValue {
    const attrs = [{ name: 'dtype', type: ATTR.TYPE, value: dtype }];
    const node = this.node('ReadVariableOp', attrs, [resource], controls);
    const output = { oper: node.oper, index: 0 };
    this.#setShape(output, shape, node.type);
    return { node, output, shape, dtype };
  }

  /** A call of a registered function that XLA compiles; the rest of the graph stays with the graph executor. */
  call(fn: GraphFunction, inputs: readonly GraphValue[]): GraphValue[] {
    const lib = this.#lib;
    if (!this.#callable.has(fn.name)) {
      lib.TF_GraphCopyFunction(this.#graph, fn.handle, 0, this.#status);
      checkStatus(lib, this.#status, fn.name);
      this.#callable.add(fn.name);
    }
    const desc = lib.TF_NewOperation(this.#graph, 'PartitionedCall', `${fn.name}_${this.#count++}`);
    lib.TF_AddInputList(desc, packOutputs(inputs), inputs.length);
    this.#setTypes(desc, 'Tin', inputs);
    this.#setTypes(desc, 'Tout', fn.outputs);
    lib.TF_SetAttrFuncName(desc, 'f', fn.name, fn.name.length);
    lib.TF_SetAttrBool(desc, '_XlaMustCompile', 1);
    const node = this.#finish(desc, fn.name, inputs, []);
    return fn.outputs.map(({ shape, dtype }, index) => {
      const output = { oper: node.oper, index };
      this.#setShape(output, shape, fn.name);
      return { node, output, shape, dtype };
    });
  }

  /**
   * Turns what `outputs` and `effects` need into a function registered with the context.
   * @param effects nodes that must run although no output needs them
   * @param options.keep receives the TF_Function, which other graphs need to call it; else it is freed here
   * @returns the number of nodes kept; nodes that nothing needs are dropped.
   */
  toFunction(
    name: string,
    inputs: readonly GraphValue[],
    outputs: readonly GraphValue[],
    effects: readonly GraphNode[],
    options: { xla: boolean; keep?: (fn: number) => void },
  ): number {
    const lib = this.#lib;
    const given = new Set(inputs.map((v) => v.node));
    const nodes = neededNodes(outputs, effects).filter((n) => !given.has(n));
    const fn = lib.TF_GraphToFunctionWithControlOutputs(
      this.#graph,
      name,
      0,
      nodes.length,
      packOperations(nodes),
      inputs.length,
      packOutputs(inputs),
      outputs.length,
      packOutputs(outputs),
      null,
      effects.length,
      packOperations(effects),
      null,
      0,
      null,
      this.#status,
    );
    checkStatus(lib, this.#status, name);
    if (options.xla) {
      const yes = Uint8Array.of(0x28, 1); // AttrValue { b: true }
      lib.TF_FunctionSetAttrValueProto(fn, '_XlaMustCompile', yes, yes.length, this.#status);
    }
    lib.TFE_ContextAddFunction(this.#binding.context, fn, this.#status);
    if (options.keep) options.keep(fn);
    else lib.TF_DeleteFunction(fn);
    checkStatus(lib, this.#status, name);
    return nodes.length;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#lib.TF_DeleteGraph(this.#graph);
    this.#lib.TF_DeleteStatus(this.#status);
  }

  #begin(type: string): number {
    return this.#lib.TF_NewOperation(this.#graph, type, `${type}_${this.#count++}`);
  }

  #finish(
    desc: number,
    type: string,
    inputs: readonly GraphValue[],
    controls: readonly GraphNode[],
  ): GraphNode {
    const oper = this.#lib.TF_FinishOperation(desc, this.#status);
    checkStatus(this.#lib, this.#status, type);
    const node: GraphNode = { type, oper, inputs, controls };
    this.nodes.push(node);
    return node;
  }

  #values(node: GraphNode, outputCount: number): GraphValue[] {
    return Array.from({ length: outputCount }, (_, index) => {
      const output = { oper: node.oper, index };
      const dtype = this.#lib.TF_OperationOutputType(output);
      return { node, output, shape: this.#shape(output, node.type), dtype };
    });
  }

  /** Tells the shape of an output whose operation cannot know it. */
  #setShape(output: GraphOutput, shape: readonly number[], type: string): void {
    const dims = BigInt64Array.from(shape, BigInt);
    this.#lib.TF_GraphSetTensorShape(this.#graph, output, dims, dims.length, this.#status);
    checkStatus(this.#lib, this.#status, type);
  }

  #setTypes(desc: number, attr: string, values: readonly { dtype: number }[]): void {
    const types = Int32Array.from(values, ({ dtype }) => dtype);
    this.#lib.TF_SetAttrTypeList(desc, attr, types, types.length);
  }

  #shape(output: GraphOutput, type: string): number[] {
    const lib = this.#lib;
    const rank = lib.TF_GraphGetTensorNumDims(this.#graph, output, this.#status);
    const dims = new BigInt64Array(Math.max(rank, 0));
    if (rank > 0) lib.TF_GraphGetTensorShape(this.#graph, output, dims, rank, this.#status);
    const shape = Array.from(dims, Number);
    if (rank < 0 || shape.some((d) => d < 0)) {
      throw new EngineError(
        'TRACE_UNKNOWN_SHAPE',
        `${type} cannot be compiled: the shape of its result depends on the values of its inputs.`,
        'Run this operation outside the compiled function and pass its result in, or use one with a fixed result shape.',
        type,
      );
    }
    return shape;
  }
}

/** An array of TF_Output structs: { TF_Operation* oper; int index; } padded to 16 bytes. */
function packOutputs(values: readonly GraphValue[]): BigInt64Array {
  const packed = new BigInt64Array(values.length * 2);
  values.forEach(({ output }, i) => {
    packed[2 * i] = BigInt(output.oper);
    packed[2 * i + 1] = BigInt(output.index);
  });
  return packed;
}

function packOperations(nodes: readonly GraphNode[]): BigInt64Array {
  return BigInt64Array.from(nodes, (n) => BigInt(n.oper));
}

/** The nodes that run when `outputs` are computed and `effects` happen. */
export function neededNodes(outputs: readonly GraphValue[], effects: readonly GraphNode[]): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = [...effects, ...outputs.map((v) => v.node)];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) stack.push(input.node);
    stack.push(...node.controls);
  }
  return [...seen];
}
