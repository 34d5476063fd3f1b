import { beforeAll, expect, test } from 'vitest';
import { compile, statelessUniform, tf } from '../index.ts';
import { BACKEND, startEngine } from '../../test/engine.ts';

beforeAll(startEngine);

test('the same seed gives the same numbers, compiled too; another one others', async () => {
  const draw = (seed: tf.Tensor1D) => statelessUniform<tf.Rank.R2>([50, 200], seed);
  const compiled = compile(draw);
  const seeds = [tf.tensor1d([7, 1], 'int32'), tf.tensor1d([7, 2], 'int32'), tf.tensor1d([7, 1], 'int32')];
  const [one, other, again] = seeds.map((seed) => draw(seed).dataSync());
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect((await compiled(seeds[0]!)).dataSync()).toEqual(one);
  expect((await compiled(seeds[1]!)).dataSync()).toEqual(other);
  // WASM has no graphs: there `compile` calls the function.
  expect(compiled.stats().traces).toBe(BACKEND === 'wasm' ? 0 : 1);
});

test('the numbers are uniform in [0, 1)', () => {
  const values = statelessUniform<tf.Rank.R1>([100_000], tf.tensor1d([3, 4], 'int32')).dataSync<'float32'>();
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
});
