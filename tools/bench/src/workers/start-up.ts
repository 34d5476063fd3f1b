import { compile, sparseSoftmaxCrossEntropy, tf } from '@ovis/tensorflow';
import { serve, startEngine } from '../worker.ts';

serve(async (params) => {
  await startEngine(params);
  const w = tf.variable(tf.zeros([16, 4]));
  const step = compile(
    (x: tf.Tensor2D, labels: tf.Tensor1D) => {
      const loss = () =>
        tf.mean(sparseSoftmaxCrossEntropy(tf.matMul(x, w as tf.Tensor2D), labels)) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, [w]);
      w.assign(tf.sub(w, tf.mul(grads[w.name]!, 0.1)));
      return value;
    },
    { name: 'first step' },
  );
  const x = tf.ones<tf.Rank.R2>([8, 16]);
  const labels = tf.zeros<tf.Rank.R1>([8], 'int32');
  return { iterate: async () => (await step(x, labels)).dataSync()[0] };
});
