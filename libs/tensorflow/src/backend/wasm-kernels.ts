import { tf } from '../tf.ts';

type Compose = (inputs: tf.Tensor[], attrs: Record<string, unknown>) => tf.Tensor;

/** Operations that TF.js's WASM backend lacks and networks need, composed from those it has. */
const KERNELS: Record<string, Compose> = {
  /** A product with a one-hot matrix. Ids out of range belong to no segment, as on libtensorflow. */
  UnsortedSegmentSum: ([x, ids], { numSegments }) => {
    const count = ids!.size;
    const flat = tf.reshape(x!, [count, -1]) as tf.Tensor2D;
    // In int32 first: the WASM kernel writes integer bits whatever dtype it is asked for.
    const picked = tf.cast(tf.oneHot(ids as tf.Tensor1D, numSegments as number), 'float32');
    const sums = tf.matMul(picked as tf.Tensor2D, tf.cast(flat, 'float32'), true, false);
    return tf.cast(tf.reshape(sums, [numSegments as number, ...x!.shape.slice(1)]), x!.dtype);
  },

  Einsum: (inputs, { equation }) => einsum(inputs, equation as string),
};

/** Registers the kernels above. */
export function addWasmKernels(): void {
  for (const [kernelName, compose] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, 'wasm')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      // Inputs come as an array (einsum) or as an object in the order of the operation's arguments.
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() =>
          compose(
            Object.values(inputs) as unknown as tf.Tensor[],
            attrs as unknown as Record<string, unknown>,
          ),
        ),
    });
  }
}

/** One or two operands, no index twice in one: a batched matrix product between permutations. */
function einsum(inputs: tf.Tensor[], equation: string): tf.Tensor {
  const [left, out] = equation.replaceAll(' ', '').split('->') as [string, string];
  const terms = left.split(',');
  if (terms.length > 2 || terms.some((term) => new Set(term).size < term.length)) {
    throw new Error(
      `einsum '${equation}' has an index twice or three operands, which is not implemented yet on WASM.`,
    );
  }
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => [...term].forEach((c, axis) => sizes.set(c, inputs[i]!.shape[axis]!)));
  // Indices that nobody else has are summed first.
  const operands = terms.map((term, i) => {
    const others = out + (terms[1 - i] ?? '');
    const alone = [...term].flatMap((c, axis) => (others.includes(c) ? [] : [axis]));
    const kept = [...term].filter((c) => others.includes(c)).join('');
    return { term: kept, x: alone.length > 0 ? tf.sum(inputs[i]!, alone) : inputs[i]! };
  });
  const [a, b] = operands;
  if (!b) return permute(a!.x, a!.term, out);
  const batch = [...out].filter((c) => a!.term.includes(c) && b.term.includes(c)).join('');
  const inner = [...a!.term].filter((c) => b.term.includes(c) && !out.includes(c)).join('');
  const rows = [...a!.term].filter((c) => !b.term.includes(c)).join('');
  const columns = [...b.term].filter((c) => !a!.term.includes(c)).join('');
  const dims = (term: string): number[] => [...term].map((c) => sizes.get(c)!);
  const size = (term: string): number => tf.util.sizeFromShape(dims(term));
  const matrix = (
    operand: { term: string; x: tf.Tensor },
    order: string,
    shape: [number, number, number],
  ): tf.Tensor3D => tf.reshape(permute(operand.x, operand.term, order), shape);
  const product = tf.matMul(
    matrix(a!, batch + rows + inner, [size(batch), size(rows), size(inner)]),
    matrix(b, batch + inner + columns, [size(batch), size(inner), size(columns)]),
  );
  const order = batch + rows + columns;
  return permute(tf.reshape(product, dims(order)), order, out);
}

function permute(x: tf.Tensor, from: string, to: string): tf.Tensor {
  return from === to
    ? tf.clone(x)
    : tf.transpose(
        x,
        [...to].map((c) => from.indexOf(c)),
      );
}
