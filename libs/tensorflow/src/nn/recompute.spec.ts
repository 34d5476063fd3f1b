import { beforeAll, describe, expect, test } from 'vitest';
import { compile, initEngine, linear, quickGelu, recompute, tf } from '../index.ts';

beforeAll(async () => void (await initEngine()));

const WIDTH = 8;
const BLOCKS = 3;

function block(...[x, up, down]: tf.Tensor[]): tf.Tensor2D {
  return tf.add(x!, linear(quickGelu(linear(x as tf.Tensor2D, up!)), down!));
}

function gradients(checkpoint: boolean, seen: { calls: number }) {
  return (x: tf.Tensor2D, weights: tf.Tensor[]) => {
    const run = (...tensors: tf.Tensor[]): tf.Scalar => {
      let y = tensors[0] as tf.Tensor2D;
      for (let i = 0; i < BLOCKS; i++) {
        const inputs = [y, tensors[1 + 2 * i]!, tensors[2 + 2 * i]!];
        const counted = (...t: tf.Tensor[]) => {
          seen.calls++;
          return block(...t);
        };
        y = checkpoint ? recompute(counted, inputs) : counted(...inputs);
      }
      return tf.sum(tf.square(y));
    };
    const { value, grads } = tf.valueAndGrads(run)([x, ...weights]);
    return [value, ...grads];
  };
}

describe.each(['eager', 'graph', 'xla'] as const)('%s', (mode) => {
  test('value and gradients are those without it, and each block is computed twice', async () => {
    const x = tf.randomNormal([5, WIDTH], 0, 1, 'float32', 1) as tf.Tensor2D;
    const weights = Array.from({ length: 2 * BLOCKS }, (_, i) =>
      tf.randomNormal(i % 2 ? [WIDTH, 16] : [16, WIDTH], 0, 0.3, 'float32', i + 2),
    );
    const results: number[][][] = [];
    for (const checkpoint of [false, true]) {
      const seen = { calls: 0 };
      const fn = gradients(checkpoint, seen);
      const tensors = await (mode === 'eager' ? fn(x, weights) : compile(fn, { mode })(x, weights));
      results.push(tensors.map((t) => Array.from(t.dataSync())));
      expect(seen.calls).toBe(checkpoint ? 2 * BLOCKS : BLOCKS);
      tf.dispose(tensors);
    }
    results[0]!.flat().forEach((v, i) => expect(results[1]!.flat()[i]).toBeCloseTo(v, 3));
    tf.dispose([x, weights]);
  });
});
