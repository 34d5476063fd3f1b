import { expect, test } from 'vitest';
import { allocatorMeter, compile, initEngine, tf } from '../index.ts';

const before = process.env['TF_ENABLE_ONEDNN_OPTS'];
await initEngine({ backend: 'libtensorflow' });
// Undefined where TensorFlow does without oneDNN: on other processors than x86, or by TF_ENABLE_ONEDNN_OPTS=0.
const meter = await allocatorMeter();

test.skipIf(!meter)(
  'the peak counts temporaries of a compiled function, what is in use does not',
  async () => {
    const x = tf.ones([1024, 1024]);
    const bytes = 4 * x.size;
    // Two products are alive beside x before their sum takes the place of one.
    const f = compile((x: tf.Tensor2D) => tf.sum(tf.add(tf.matMul(x, x), tf.matMul(x, x, true))));
    tf.dispose(await f(x as tf.Tensor2D));
    meter!.reset();
    const before = meter!.read();
    expect(before.peak).toBe(before.inUse);
    tf.dispose(await f(x as tf.Tensor2D));
    const after = meter!.read();
    expect(after.inUse).toBeLessThan(before.inUse + bytes);
    expect(after.peak).toBeGreaterThanOrEqual(before.inUse + 2 * bytes);
    expect(after.peak).toBeLessThan(before.inUse + 4 * bytes);
    x.dispose();
  },
);

test.runIf(process.arch === 'x64' && process.platform === 'linux' && before === undefined)(
  'oneDNN is on, whatever the processor',
  () => {
    expect(process.env['TF_ENABLE_ONEDNN_OPTS']).toBe('1');
    expect(meter).toBeDefined();
  },
);
