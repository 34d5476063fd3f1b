import { ovisLoss } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { compile, tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import { sumUp } from '../adamw.ts';
import type { TrainingBatch } from '../micro-batch.ts';

/** The loss on samples that are not trained on, with the weights as they are: forward only. */
export class HeldOutLoss {
  readonly #compiled;

  /** @param params the model, called inside `compile` */
  constructor(config: OvisConfig, params: () => Params) {
    // Without noise: the same each time.
    const tokenizeFunction =
      config.visual.tokenizeFunction === 'gumbel_argmax' ? 'st_argmax' : config.visual.tokenizeFunction;
    const quiet: OvisConfig = { ...config, visual: { ...config.visual, tokenizeFunction } };
    const run = (shards: readonly TrainingBatch[]): tf.Tensor1D => {
      const losses = shards.map((batch) => ovisLoss(quiet, params(), batch));
      const sums = [sumUp(losses.map(({ lossSum }) => lossSum)), sumUp(losses.map(({ tokens }) => tokens))];
      return tf.stack(sums) as tf.Tensor1D;
    };
    this.#compiled = compile(run, { name: 'ovis_held_out_loss' });
  }

  /** All ranks call it with their parts of the samples. @returns nats per learned token of all of them */
  async evaluate(batches: readonly (readonly TrainingBatch[])[], collective: Collective): Promise<number> {
    const sums = new Float32Array(2);
    for (const shards of batches) {
      const computed = await this.#compiled(shards);
      const [loss, tokens] = await computed.data<'float32'>();
      computed.dispose();
      sums[0]! += loss!;
      sums[1]! += tokens!;
    }
    if (collective.world > 1) await collective.allReduce(sums, { tag: 'held-out loss' });
    return sums[0]! / sums[1]!;
  }

  dispose(): void {
    this.#compiled.dispose();
  }
}
