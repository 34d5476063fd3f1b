import { tf } from '@ovis/tensorflow';
import { computeGradients } from '../compute-gradients.ts';
import { stateOnHost } from '../state-on-host.ts';
import type { Exchange, ExchangeContext, StepOutcome, StepWork } from './exchange.ts';
import { outcomeOf } from './exchange.ts';

/** Trains without others: a step of one micro-batch is one call, of several ones their gradients and an update. */
export class AloneExchange implements Exchange {
  readonly writesWeights = false;
  readonly sharedMemory = { inPlace: 0, staging: 0 };
  readonly #context: ExchangeContext;

  constructor(context: ExchangeContext) {
    this.#context = context;
  }

  async step({ microBatches, rates, gumbel, requestStop }: StepWork): Promise<StepOutcome> {
    const { functions } = this.#context;
    const [only] = microBatches;
    let stats: tf.Tensor1D;
    if (only && microBatches.length === 1) stats = await functions.step(only, rates, gumbel);
    else {
      const buckets: tf.Tensor1D[] = [];
      try {
        await computeGradients(this.#context, microBatches, gumbel, (bucket) => buckets.push(bucket));
        stats = await functions.update(buckets, rates);
      } finally {
        tf.dispose(buckets);
      }
    }
    const outcome = await outcomeOf(stats, { communicateMs: 0, stagingMs: 0 });
    return { ...outcome, stops: requestStop ? 1 : 0 };
  }

  collect() {
    const { layout, state } = this.#context;
    return Promise.resolve(stateOnHost(layout, state));
  }

  dispose(): void {
    // Nothing is its own.
  }
}
