import { allocatorMeter, compile, tensorView, tf } from '@ovis/tensorflow';
import type { Lookup } from '../models/lookup.ts';
import { composedLookup, engineLookup, lookupInputs } from '../models/lookup.ts';
import { serve, startEngine } from '../worker.ts';

const WARM_RUNS = 2;

serve(async (params) => {
  // The chunked form computes chunks side by side on threads of their own.
  const { version } = await startEngine(params, { intraOpThreads: 1 });
  const { tokens, words, width } = params as unknown as Record<'tokens' | 'words' | 'width', number>;
  const form = params.variant as 'composed' | 'auto' | 'plain' | 'chunked';
  const lookup: Lookup = form === 'composed' ? composedLookup : engineLookup(form);
  const { inputs, slope } = lookupInputs(tokens, words, width);
  const forwardBackward = compileGradients(lookup);
  const run = () => forwardBackward(inputs, slope);
  const results = await run();
  const check = results.map(logNorm).reduce((a, b) => a + b, 0);
  tf.dispose(results);

  return {
    info: { version },
    async iterate() {
      tf.dispose(await run());
      return check;
    },
    async memory() {
      return temporaryBytes(forwardBackward, { inputs, slope });
    },
  };
});

type Gradients = (inputs: tf.Tensor[], dy: tf.Tensor) => Promise<tf.Tensor[]>;

/** The result and the gradients of all inputs. */
function compileGradients(lookup: Lookup): Gradients {
  return compile(
    (inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] => {
      const differentiated = tf.valueAndGrads((...args: tf.Tensor[]) => lookup(args));
      const { value, grads } = differentiated(inputs, dy as tf.Tensor2D);
      return [value, ...grads];
    },
    { name: 'lookup' },
  );
}

/** The peak of what TensorFlow's allocator has given out during one warm run, beyond its inputs and results. */
async function temporaryBytes(
  run: Gradients,
  { inputs, slope }: ReturnType<typeof lookupInputs>,
): Promise<number> {
  const meter = await allocatorMeter();
  if (!meter) throw new Error('this build of libtensorflow does not tell what its allocator has given out');
  for (let i = 0; i < WARM_RUNS; i++) tf.dispose(await run(inputs, slope));
  meter.reset();
  const made = await run(inputs, slope);
  const { peak, inUse } = meter.read();
  tf.dispose(made);
  return peak - inUse;
}

/** Logarithm of the Euclidean norm, summed in double precision. */
function logNorm(tensor: tf.Tensor): number {
  let sum = 0;
  for (const value of tensorView(tensor)) sum += value * value;
  return Math.log(sum) / 2;
}
