import { byteSize } from '../binding/dtypes.ts';
import type { GraphNode, GraphValue } from './graph.ts';

/** Operations whose result is the memory of an input. */
const VIEWS = new Set(['Identity', 'Reshape', 'ExpandDims', 'Squeeze', 'StopGradient', 'Bitcast']);
/** The same, where they take whole rows. */
const CUTS = new Set(['Slice', 'StridedSlice', 'Split', 'SplitV']);
/** What lies there already when the function is called. */
const GIVEN = new Set(['Placeholder', 'ReadVariableOp', 'Const']);
/** Operations that cannot put their result in the place of an input which nobody needs any more. */
const APART = /MatMul|Transpose|Concat|Pack|Pad|Gather|Segment|Conv|Einsum|Fill|Broadcast|Tile/;

/**
 * Bytes that a function's temporaries and results take at their peak, when its nodes run one after the other in the order in which they
 * were recorded. An estimate: TensorFlow runs what is ready, and what happens inside of operations and fused pieces is not seen.
 * @param nodes those that run, inputs first
 */
export function peakBytes(nodes: readonly GraphNode[], results: readonly GraphValue[]): number {
  const users = new Map<GraphValue, number>();
  const use = (value: GraphValue) => users.set(value, (users.get(value) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  results.forEach(use);
  const made = new Map<GraphNode, GraphValue[]>();
  for (const value of users.keys()) made.set(value.node, [...(made.get(value.node) ?? []), value]);
  /** The value whose memory another one is. */
  const owners = new Map<GraphValue, GraphValue>();
  const ownerOf = (value: GraphValue) => owners.get(value) ?? value;
  const size = (value: GraphValue) => byteSize(value.shape, value.dtype);

  let live = 0;
  let peak = 0;
  for (const node of nodes) {
    const outputs = GIVEN.has(node.type) ? [] : (made.get(node) ?? []);
    const source = viewed(node, outputs);
    const view = source && ownerOf(source);
    for (const output of outputs) {
      if (!view) live += size(output);
      else {
        owners.set(output, view);
        users.set(view, users.get(view)! + users.get(output)!);
      }
    }
    let replaced = 0;
    let freed = 0;
    for (const value of node.inputs) {
      const owner = ownerOf(value);
      const left = users.get(owner)! - 1;
      users.set(owner, left);
      if (left > 0 || GIVEN.has(owner.node.type)) continue;
      freed += size(owner);
      if (!view && !APART.test(node.type) && outputs.some((o) => size(o) === size(owner)))
        replaced ||= size(owner);
    }
    peak = Math.max(peak, live - replaced);
    live -= freed;
  }
  return peak;
}

/** The input whose memory a node's results are. */
function viewed({ type, inputs }: GraphNode, outputs: readonly GraphValue[]): GraphValue | undefined {
  if (VIEWS.has(type)) return inputs[0];
  if (!CUTS.has(type)) return undefined;
  const from = inputs[type === 'Split' ? 1 : 0]!;
  const row = ({ shape }: GraphValue) => shape.slice(1).join();
  return outputs.every((output) => row(output) === row(from)) ? from : undefined;
}
