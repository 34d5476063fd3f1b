import { compile, fused, initEngine, tf } from '../index.ts';

/* Run by xla-flags.spec.ts: four threads at a time run new XLA functions with row sums and products for the first time. */

await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 4 });
const x = tf.randomNormal<tf.Rank.R2>([64, 4096]);
const matrix = (rows: number, columns: number) => tf.fill<tf.Rank.R2>([rows, columns], 0.01);
for (let i = 0; i < 60; i++) {
  const piece = fused(`race_${i}`, (a: tf.Tensor2D) => [
    tf.sum(tf.exp(a), -1),
    tf.matMul(tf.matMul(a, matrix(4096, 64)), matrix(64, 8)),
  ]);
  const run = compile((x: tf.Tensor2D) => [1, 2, 3, 4].map((k) => piece(tf.mul(x, k))));
  tf.dispose(await run(x));
  run.dispose();
}
process.stdout.write('survived');
process.exit(0);
