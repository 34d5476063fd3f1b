import { compile, tensorView, tf } from '@ovis/tensorflow';
import { peakExtraBytes, residentBytes } from '../harness/peak-memory.ts';
import type { Lookup } from '../models/lookup.ts';
import { composedLookup, engineLookup, lookupInputs } from '../models/lookup.ts';
import { serve, startEngine } from '../worker.ts';

/** Words of the run that loads code and starts threads, before memory is looked at. */
const FEW_WORDS = 1024;

serve(async (params) => {
  const { version } = await startEngine(params);
  const { tokens, words, width } = params as unknown as Record<'tokens' | 'words' | 'width', number>;
  const form = params.variant as 'composed' | 'auto' | 'plain' | 'chunked';
  const lookup: Lookup = form === 'composed' ? composedLookup : engineLookup(form);

  /** The result and the gradients of all inputs. */
  const forwardBackward = compile(
    (inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] => {
      const differentiated = tf.valueAndGrads((...args: tf.Tensor[]) => lookup(args));
      const { value, grads } = differentiated(inputs, dy as tf.Tensor2D);
      return [value, ...grads];
    },
    { name: 'lookup' },
  );
  const few = lookupInputs(tokens, FEW_WORDS, width);
  tf.dispose(await forwardBackward(few.inputs, few.slope));
  tf.dispose([few.inputs, few.slope]);

  const { inputs, slope } = lookupInputs(tokens, words, width);
  const run = () => forwardBackward(inputs, slope);
  // TensorFlow takes the values now, not at their first use.
  for (const t of [...inputs, slope]) tensorView(t);
  const before = residentBytes();
  const results = await run();
  const check = results.map(logNorm).reduce((a, b) => a + b, 0);
  tf.dispose(results);
  const gradientBytes = inputs.reduce((sum, t) => sum + 4 * t.size, 0);
  return {
    info: { version },
    async iterate() {
      tf.dispose(await run());
      return check;
    },
    async memory() {
      let made: tf.Tensor[] = [];
      const peak = await peakExtraBytes(before, async () => void (made = await run()));
      tf.dispose(made);
      return peak - gradientBytes;
    },
  };
});

/** Logarithm of the Euclidean norm, summed in double precision. */
function logNorm(tensor: tf.Tensor): number {
  let sum = 0;
  for (const value of tensorView(tensor)) sum += value * value;
  return Math.log(sum) / 2;
}
