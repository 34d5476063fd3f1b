import { compile, fused, initEngine, tf } from '../index.ts';

/* Run by xla-flags.spec.ts: four threads at a time run a new XLA function with a row sum for the first time. */

await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 4 });
const x = tf.randomNormal([64, 4096]);
for (let i = 0; i < 60; i++) {
  const piece = fused(`race_${i}`, (a: tf.Tensor) => tf.sum(tf.exp(a), -1));
  const run = compile((x: tf.Tensor) => [1, 2, 3, 4].map((k) => piece(tf.mul(x, k))));
  tf.dispose(await run(x));
  run.dispose();
}
process.stdout.write('survived');
process.exit(0);
