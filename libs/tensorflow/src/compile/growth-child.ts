/**
 * The program of growth.spec.ts: trains for a while, says what memory it has, trains 10,000 steps more and says it again.
 * Run as `node --expose-gc --import tsx growth-child.ts [leak]`; with `leak` it keeps one small tensor of each step.
 */
import { readFileSync } from 'node:fs';
import koffi from 'koffi';
import { applyAdam, compile, initEngine, memory, tf } from '../index.ts';

const WARM_UP = 5000;
const STEPS = 10_000;

/** A training step on weights in place, and the eager work around it: batches, results, a look at the weights. */
function training(leak: boolean): (steps: number) => Promise<void> {
  const state = [0.01, 0, 0].map((value) => tf.tidy(() => tf.variable(tf.fill([16, 16], value))));
  const [w, m, v] = state as [tf.Variable<tf.Rank.R2>, tf.Variable, tf.Variable];
  const step = compile((x: tf.Tensor2D, alpha: tf.Scalar) => {
    const loss = (): tf.Scalar => tf.mean(tf.square(tf.sub(tf.matMul(x, w), x)));
    const { value, grads } = tf.variableGrads(loss, [w]);
    applyAdam(w, m, v, { alpha, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, gradient: grads[w.name]! });
    return { value, slope: grads[w.name]! };
  });
  const kept: tf.Tensor[] = [];
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const x = tf.tensor2d(new Float32Array(256).fill(i % 7), [16, 16]);
      const alpha = tf.scalar(1e-3);
      const { value, slope } = await step(x, alpha);
      const sum = tf.tidy(() => tf.sum(tf.add(tf.abs(slope), w)).dataSync()[0]!);
      if (!Number.isFinite(sum)) throw new Error(`step ${i}: ${sum}`);
      tf.dispose([value, x, alpha]);
      if (leak) kept.push(slope);
      else slope.dispose();
    }
  };
}

const linux = process.platform === 'linux';
const trim = linux ? koffi.load(null).func('malloc_trim', 'int', ['size_t']) : undefined;

/**
 * RSS holds also what nobody uses: garbage that V8 has not collected yet (it lets its heap grow by some 2 KB per step until it finds
 * that worth while) and freed memory that glibc keeps (2 to 8 MB here). Both are given back first. `anonymous` is RSS without
 * the pages of files, such as the library's, which the kernel loads and drops as it likes.
 */
async function report(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    // Finalizers of what was collected run in turns of their own.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  trim?.(0);
  const rss = process.memoryUsage.rss();
  const status = linux ? readFileSync('/proc/self/status', 'utf8') : '';
  const anonymous = Number(/^RssAnon:\s*(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1024 || rss;
  const reading = { tensors: tf.memory().numTensors, total: memory().total, rss, anonymous };
  process.stdout.write(`${JSON.stringify(reading)}\n`);
}

await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
const run = training(process.argv[2] === 'leak');
await run(WARM_UP);
await report();
await run(STEPS);
await report();
