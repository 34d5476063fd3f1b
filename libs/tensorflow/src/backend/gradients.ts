import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from './backend.ts';
import { typeAttr } from './backend.ts';

type Saved = tf.Tensor[];
interface Gradient {
  inputsToSave?: string[];
  outputsToSave?: boolean[];
  /** @param native undefined on WASM */
  grad(
    native: LibtensorflowBackend | undefined,
    dy: tf.Tensor,
    saved: Saved,
    attrs: tf.NamedAttrMap,
  ): Record<string, () => tf.Tensor>;
}

/**
 * Gradients that replace TF.js's. Theirs multiply with host-made tensors of ones (Sum, Mean), use powers (Rsqrt), three
 * operations where TensorFlow has one (Sigmoid ...), or transpose for nothing (GatherV2); Einsum has none at all.
 */
const GRADIENTS: Record<string, Gradient> = {
  Sum: {
    inputsToSave: ['x'],
    grad: (_, dy, [x], { axis }) => ({ x: () => spread(dy, x!.shape, axis as number[]) }),
  },

  Mean: {
    inputsToSave: ['x'],
    grad: (_, dy, [x], { axis }) => ({
      x: () => spread(tf.mul(dy, dy.size / x!.size), x!.shape, axis as number[]),
    }),
  },

  Sigmoid: {
    outputsToSave: [true],
    grad: (native, dy, [y]) => ({
      x: () => slope(native, 'SigmoidGrad', y!, dy) ?? tf.mul(dy, tf.mul(y!, tf.sub(1, y!))),
    }),
  },

  Tanh: {
    outputsToSave: [true],
    grad: (native, dy, [y]) => ({
      x: () => slope(native, 'TanhGrad', y!, dy) ?? tf.mul(dy, tf.sub(1, tf.square(y!))),
    }),
  },

  Sqrt: {
    outputsToSave: [true],
    grad: (native, dy, [y]) => ({
      x: () => slope(native, 'SqrtGrad', y!, dy) ?? tf.div(dy, tf.mul(y!, 2)),
    }),
  },

  Rsqrt: {
    outputsToSave: [true],
    grad: (native, dy, [y]) => ({
      x: () => slope(native, 'RsqrtGrad', y!, dy) ?? tf.mul(tf.mul(dy, -0.5), tf.mul(y!, tf.square(y!))),
    }),
  },

  Relu: {
    outputsToSave: [true],
    grad: (native, dy, [y]) => ({
      x: () => slope(native, 'ReluGrad', dy, y!) ?? tf.mul(dy, tf.step(y!)),
    }),
  },

  GatherV2: {
    inputsToSave: ['x', 'indices'],
    grad: (_, dy, [x, indices], attrs) => {
      const { axis, batchDims } = attrs as { axis: number; batchDims?: number };
      if (axis !== 0 || batchDims) return gatherGradient(dy, [x!, indices!], attrs);
      const ids = (): tf.Tensor1D => tf.reshape(indices!, [indices!.size]);
      const inner = x!.shape.slice(1);
      const rows = (): tf.Tensor => tf.reshape(dy, [indices!.size, ...inner]);
      return {
        x: () => tf.unsortedSegmentSum(rows(), ids(), x!.shape[0]!),
        // TF.js wants float32 gradients, also of integers.
        indices: () => tf.zeros(indices!.shape),
      };
    },
  },

  Einsum: {
    inputsToSave: [],
    grad: (_, dy, saved, { equation }) => einsumGradient(dy, saved, equation as string),
  },
};

/** TF.js's own, kept for gathers along other axes. */
let gatherGradient: tf.GradFunc;

/** Registers the gradients above; `native` is undefined on WASM. */
export function replaceGradients(native: LibtensorflowBackend | undefined): void {
  gatherGradient = tf.getGradient('GatherV2').gradFunc;
  for (const [kernelName, { grad, inputsToSave, outputsToSave }] of Object.entries(GRADIENTS)) {
    tf.registerGradient({
      kernelName,
      inputsToSave,
      outputsToSave,
      saveAllInputs: kernelName === 'Einsum',
      gradFunc: (dy, saved, attrs) => grad(native, dy as tf.Tensor, saved, attrs),
    });
  }
}

/** Repeats the gradient of a reduction along the axes that were reduced. */
function spread(dy: tf.Tensor, shape: number[], axis: number | number[]): tf.Tensor {
  const kept = shape.slice();
  for (const a of tf.util.parseAxisParam(axis, shape)) kept[a] = 1;
  return tf.broadcastTo(tf.reshape(dy, kept), shape as [number]);
}

/** TensorFlow's fused gradient operations `(y, dy) -> dx`. */
function slope(
  native: LibtensorflowBackend | undefined,
  op: string,
  first: tf.Tensor,
  second: tf.Tensor,
): tf.Tensor | undefined {
  return native?.executeSingleOutput(op, [typeAttr('T', first.dtype)], [first, second]);
}

/** d einsum('a,b->y') / da = einsum('y,b->a'), where every index of `a` occurs in y or b. */
function einsumGradient(dy: tf.Tensor, inputs: Saved, equation: string): Record<string, () => tf.Tensor> {
  const [left, out] = equation.replaceAll(' ', '').split('->') as [string, string];
  const terms = left.split(',');
  return Object.fromEntries(
    terms.map((term, i) => {
      const others = terms.filter((_, j) => j !== i);
      const known = out + others.join('');
      if (new Set(term).size < term.length || [...term].some((c) => !known.includes(c))) {
        throw new Error(
          `The gradient of einsum '${equation}' is not defined here: use sum or matMul for index sums of one operand.`,
        );
      }
      const tensors = [dy, ...inputs.filter((_, j) => j !== i)];
      return [String(i), () => tf.einsum(`${[out, ...others].join(',')}->${term}`, ...tensors)];
    }),
  );
}
