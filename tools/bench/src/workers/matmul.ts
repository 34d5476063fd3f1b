import { compile, tensorView, tf } from '@ovis/tensorflow';
import { values } from '../models/values.ts';
import { serve, startEngine } from '../worker.ts';

serve(async (params) => {
  const info = { ...(await startEngine(params)) };
  const size = params['size'] as number;
  const matrix = (seed: number) => tf.tensor2d(values(size * size, seed), [size, size]);
  const a = matrix(1);
  const b = matrix(2);
  const product = compile((x: tf.Tensor2D, y: tf.Tensor2D) => tf.matMul(x, y), { name: 'product' });
  const firstRowSum = () => {
    const c = tf.matMul(a, b);
    const sum = (tensorView(c) as Float32Array).subarray(0, size).reduce((x, y) => x + y, 0);
    c.dispose();
    return sum;
  };
  const check = firstRowSum();
  return {
    info: { version: info.version },
    async iterate() {
      const c = params.variant === 'compiled' ? await product(a, b) : tf.matMul(a, b);
      c.dispose();
      return check;
    },
  };
});
