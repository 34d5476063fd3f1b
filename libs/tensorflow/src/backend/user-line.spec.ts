import { beforeAll, expect, test } from 'vitest';
import type { EngineError } from '../index.ts';
import { initEngine, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

function failure(f: () => unknown): EngineError {
  try {
    f();
  } catch (error) {
    return error as EngineError;
  }
  throw new Error('nothing failed');
}

test('an operation that fails eagerly names the line that called for it', () => {
  const table = tf.ones([2, 2]);
  const here = Number(/user-line\.spec\.ts:(\d+)/.exec(new Error('here').stack!)![1]);
  const error = failure(() => tf.gather(table, tf.tensor1d([7], 'int32')));
  expect(error).toMatchObject({ name: 'EngineError', code: 'OP_FAILED', op: 'GatherV2' });
  expect(error.message).toMatch(new RegExp(`\\(called at .*user-line\\.spec\\.ts:${here + 1}:\\d+\\)`));
});
