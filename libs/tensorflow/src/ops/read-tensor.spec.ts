import { beforeAll, expect, it } from 'vitest';
import { initEngine, memory, readTensor, tf } from '../index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 1 }));

it('shows the values of tensors and variables, and leaves nothing behind', () => {
  const variable = tf.variable(tf.tensor1d([1, 2, 3]));
  const before = memory().views;
  const copy = new Float32Array(2);
  readTensor(variable, (values) => copy.set((values as Float32Array).subarray(1)));
  expect([...copy]).toEqual([2, 3]);
  variable.assign(tf.tensor1d([4, 5, 6]));
  expect(readTensor(variable, (values) => values[0])).toBe(4);
  expect(readTensor(tf.tensor2d([[1], [2]], [2, 1], 'int32'), (values) => [...values])).toEqual([1, 2]);
  expect(memory().views).toEqual(before);
  expect(() =>
    readTensor(variable, () => {
      throw new Error('from inside');
    }),
  ).toThrow('from inside');
});
