import { readFileSync, writeFileSync } from 'node:fs';
import { compile, initEngine, recompute, tf, vocabularyLookup } from '../index.ts';

/*
 * Run by peak-memory.spec.ts in a process of its own: `node --import tsx peak-memory-child.ts CASE`. Prints by how many bytes the
 * resident memory grew at most during the first large run. Linux.
 */

const LOOKUP = { n: 512, d: 16, words: 65536 };
const CHAIN = { blocks: 12, ops: 8, elements: 2 ** 20 };

type Step = (...inputs: tf.Tensor[]) => tf.Tensor[];

function lookup(form: 'plain' | 'chunked'): { step: Step; inputs: (small: boolean) => tf.Tensor[] } {
  return {
    step: (...inputs) => {
      const run = (...[x, head, g, b, table]: tf.Tensor[]) =>
        tf.sum(
          vocabularyLookup(
            {
              x: x as tf.Tensor2D,
              head: head as tf.Tensor2D,
              normWeight: g!,
              normBias: b!,
              eps: 1e-5,
              table: table as tf.Tensor2D,
            },
            { form },
          ),
        ) as tf.Scalar;
      return tf.valueAndGrads(run)(inputs).grads;
    },
    inputs: (small) => {
      const words = small ? 1024 : LOOKUP.words;
      const n = small ? 8 : LOOKUP.n;
      const shapes = [[n, LOOKUP.d], [words, LOOKUP.d], [words], [words], [words, LOOKUP.d]]; // prettier-ignore
      return shapes.map((shape) => tf.randomNormal(shape));
    },
  };
}

function chain(checkpoint: boolean): { step: Step; inputs: (small: boolean) => tf.Tensor[] } {
  const block = (x: tf.Tensor): tf.Tensor => {
    let y = x;
    for (let i = 0; i < CHAIN.ops; i++) y = tf.sin(y);
    return y;
  };
  return {
    step: (input) => {
      const run = (x: tf.Tensor): tf.Scalar => {
        let y = x;
        for (let i = 0; i < CHAIN.blocks; i++) y = checkpoint ? recompute((t) => block(t!), [y]) : block(y);
        return tf.sum(y);
      };
      return [tf.grad(run)(input!)];
    },
    inputs: (small) => [tf.ones([small ? 16 : CHAIN.elements])],
  };
}

const CASES = {
  'lookup-plain': () => lookup('plain'),
  'lookup-chunked': () => lookup('chunked'),
  'chain-kept': () => chain(false),
  'chain-recomputed': () => chain(true),
};

await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
const { step, inputs } = CASES[process.argv[2] as keyof typeof CASES]();
const compiled = compile((tensors: tf.Tensor[]) => step(...tensors));
await compiled(inputs(true)); // loads code, starts threads
const given = inputs(false);
for (const t of given) t.dataSync();
const kilobytes = (field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))![1]);
const before = kilobytes('VmRSS');
writeFileSync('/proc/self/clear_refs', '5'); // VmHWM starts again
await compiled(given);
process.stdout.write(String((kilobytes('VmHWM') - before) * 1024));
process.exit(0);
