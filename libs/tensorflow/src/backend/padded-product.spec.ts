import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, tf } from '../index.ts';
import { paddedProduct } from './padded-product.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

const matrix = (rows: number, columns: number, seed: number) =>
  tf.randomNormal([rows, columns], 0, 1, 'float32', seed) as tf.Tensor2D;

test.each([
  [1024, 3, [1040, 3]],
  [5, 2048, [5, 2064]],
])('a^T b with %i and %i columns is what it is without more of them', async (m, n, computed) => {
  const [a, b] = [matrix(130, m, 1), matrix(130, n, 2)];
  const shapes: number[][] = [];
  const product = (x: tf.TensorInfo, y: tf.TensorInfo): tf.Tensor => {
    const result = tf.einsum('ij,ik->jk', x as tf.Tensor, y as tf.Tensor);
    shapes.push(result.shape);
    return result;
  };
  const f = compile(() => [paddedProduct(a, b, product, true)!, tf.einsum('ij,ik->jk', a, b)]);
  const [padded, expected] = (await f()) as [tf.Tensor, tf.Tensor];
  expect(shapes).toEqual([computed]);
  expect(padded.shape).toEqual([m, n]);
  expect(tf.max(tf.abs(tf.sub(padded, expected))).dataSync()[0]).toBeLessThan(1e-4);
});

test.each([
  ['rows of other lengths', 130, 1000, 3],
  ['two wide matrices', 130, 1024, 512],
  ['few rows', 64, 1024, 3],
])('%s stay as they are', (_, rows, m, n) => {
  const none = () => {
    throw new Error('not wanted');
  };
  expect(paddedProduct(matrix(rows, m, 1), matrix(rows, n, 2), none, true)).toBeUndefined();
});

test('processors with AVX-512 go without', () => {
  const none = () => {
    throw new Error('not wanted');
  };
  expect(paddedProduct(matrix(130, 1024, 1), matrix(130, 3, 2), none, false)).toBeUndefined();
});
