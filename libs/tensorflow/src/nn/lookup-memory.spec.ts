import { expect, test } from 'vitest';
import { allocatorMeter, compile, initEngine, tf, vocabularyLookup } from '../index.ts';
import type { LookupOptions } from '../index.ts';
import { BACKEND } from '../../test/engine.ts';

await initEngine({ backend: BACKEND, intraOpThreads: 1, interOpThreads: 2 });
const meter = await allocatorMeter();

const [n, d, words] = [512, 16, 8192];
const MATRIX = 4 * n * words;

/** Peak of the temporaries of one warm call, forward and backward, beyond inputs and results. */
async function peak(options: LookupOptions): Promise<number> {
  const shapes = [[n, d], [words, d], [words], [words], [words, d]]; // prettier-ignore
  const inputs = shapes.map((shape) => tf.randomNormal(shape, 0, 1, 'float32', 1));
  const f = compile((tensors: tf.Tensor[]) => {
    const look = (...[x, head, normWeight, normBias, table]: tf.Tensor[]) =>
      tf.sum(
        vocabularyLookup(
          {
            x: x as tf.Tensor2D,
            head: head as tf.Tensor2D,
            normWeight: normWeight!,
            normBias: normBias!,
            eps: 1e-5,
            table: table as tf.Tensor2D,
          },
          options,
        ),
      ) as tf.Scalar;
    return tf.valueAndGrads(look)(tensors).grads;
  });
  tf.dispose(await f(inputs));
  meter!.reset();
  const made = await f(inputs);
  const { peak: most, inUse } = meter!.read();
  tf.dispose([inputs, made]);
  f.dispose();
  return most - inUse;
}

test.skipIf(!meter)('each form holds as many matrices [n, K] as it says', async () => {
  const matrices = async (form: LookupOptions['form']) => (await peak({ form, chunk: 128 })) / MATRIX;
  expect(await matrices('plain')).toBeGreaterThan(3.9);
  expect(await matrices('kept-2')).toBeLessThan(2.5);
  const one = await matrices('kept-1');
  expect(one).toBeGreaterThan(1);
  expect(one).toBeLessThan(1.4);
  expect(await matrices('chunked')).toBeLessThan(0.4);
});
