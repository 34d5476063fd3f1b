import {
  HEAD_NORM_BIAS,
  HEAD_NORM_EPS,
  HEAD_NORM_WEIGHT,
  HEAD_WEIGHT,
  headInputs,
  imageTokens,
  VTE_WEIGHT,
} from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { compile, tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import type { TrainingBatch } from '../micro-batch.ts';
import { EMBEDDING_FACTS, tokenStatistics } from './token-statistics.ts';
import type { TokenFacts } from './token-statistics.ts';

/** Pictures of a batch that are looked at, and tokens of all of them: what costs little. */
const MOST_PICTURES = 8;
const MOST_TOKENS = 512;

/** One look at the tokens of all ranks' batches: the same on every rank. */
export interface MeasuredTokens {
  /** Of every token. */
  entropy: number[];
  largest: number[];
  /** `[K]`, sum over the tokens. */
  usage: Float32Array;
  /** Means over the tokens of the ranks' facts. */
  embeddings: Record<(typeof EMBEDDING_FACTS)[number], number>;
}

/** Looks at the visual tokens of a step's first pictures, with the weights in front of the step. */
export class TokenMeter {
  readonly #config: OvisConfig;
  readonly #compiled;

  /** @param params the model, called inside `compile` */
  constructor(config: OvisConfig, params: () => Params) {
    this.#config = config;
    this.#compiled = compile(
      (pixels: tf.Tensor4D): TokenFacts => tokenStatistics(tokenInputs(config, params(), pixels)),
      { name: 'ovis_token_statistics' },
    );
  }

  get words(): number {
    return this.#config.visual.vocabSize - this.#config.visual.reserved;
  }

  /** All ranks call it. @returns undefined when no rank has a picture */
  async measure(
    batch: TrainingBatch | undefined,
    collective: Collective,
  ): Promise<MeasuredTokens | undefined> {
    const own = await this.#own(batch);
    const size = EMBEDDING_FACTS.length;
    const row = 2 * MOST_TOKENS + size;
    const all = new Float32Array(row * collective.world);
    if (collective.world === 1) all.set(own.facts);
    else {
      await collective.allGather(own.facts, all, { tag: 'token statistics' });
      await collective.allReduce(own.usage, { tag: 'word usage' });
    }
    const entropy: number[] = [];
    const largest: number[] = [];
    const sums = EMBEDDING_FACTS.map(() => ({ total: 0, count: 0 }));
    for (let rank = 0; rank < collective.world; rank++) {
      const facts = all.subarray(rank * row, (rank + 1) * row);
      const counted = [...facts.subarray(0, MOST_TOKENS).keys()].filter((i) => facts[i] !== -1);
      if (counted.length === 0) continue;
      entropy.push(...counted.map((i) => facts[i]!));
      largest.push(...counted.map((i) => facts[MOST_TOKENS + i]!));
      sums.forEach((sum, i) => {
        const value = facts[2 * MOST_TOKENS + i]!;
        if (Number.isNaN(value)) return;
        sum.total += counted.length * value;
        sum.count += counted.length;
      });
    }
    if (entropy.length === 0) return undefined;
    const means = EMBEDDING_FACTS.map((name, i) => [name, sums[i]!.total / sums[i]!.count] as const);
    const embeddings = Object.fromEntries(means) as MeasuredTokens['embeddings'];
    return { entropy, largest, usage: own.usage, embeddings };
  }

  dispose(): void {
    this.#compiled.dispose();
  }

  /** @returns this rank's: entropies and largest probabilities, filled up with -1, and the facts of the embeddings */
  async #own(batch: TrainingBatch | undefined) {
    const facts = new Float32Array(2 * MOST_TOKENS + EMBEDDING_FACTS.length).fill(-1);
    if (!batch) return { facts, usage: new Float32Array(this.words) };
    const { pixelValues: pixels } = batch;
    const [images, ...shape] = pixels.shape;
    const some = tf.slice(pixels, [0, 0, 0, 0], [Math.min(images, MOST_PICTURES), ...shape]);
    const computed = await this.#compiled(some).finally(() => some.dispose());
    const { entropy, largest, usage, embeddings } = computed;
    facts.set(await entropy.data<'float32'>());
    facts.set(await largest.data<'float32'>(), MOST_TOKENS);
    facts.set(await embeddings.data<'float32'>(), 2 * MOST_TOKENS);
    const words = (await usage.data<'float32'>()).slice();
    tf.dispose(computed);
    return { facts, usage: words };
  }
}

/** Of pixels `[images, channels, S, S]`: up to {@link MOST_TOKENS} tokens, as many of each picture, spread over it. */
function tokenInputs(config: OvisConfig, params: Params, pixels: tf.Tensor4D) {
  const images = pixels.shape[0];
  const tokens = imageTokens(config);
  const perImage = Math.min(tokens, Math.floor(MOST_TOKENS / images));
  const all = headInputs(config, params, pixels);
  const at = Array.from({ length: images * perImage }, (_, i) => {
    const image = Math.floor(i / perImage);
    return image * tokens + Math.floor(((i % perImage) * tokens) / perImage);
  });
  const table = params[VTE_WEIGHT] as tf.Tensor2D;
  const words = config.visual.vocabSize - config.visual.reserved;
  // Places that no picture fills hold zeros.
  const filled = tf.any(tf.notEqual(tf.reshape(pixels, [images, -1]), 0), 1, true);
  const counts = tf.broadcastTo(tf.cast(filled, 'float32'), [images, perImage]);
  return {
    x: perImage === tokens ? all : tf.gather(all, tf.tensor1d(at, 'int32')),
    counts: tf.reshape<tf.Rank.R1>(counts, [images * perImage]),
    images,
    head: params[HEAD_WEIGHT] as tf.Tensor2D,
    normWeight: params[HEAD_NORM_WEIGHT]!,
    normBias: params[HEAD_NORM_BIAS]!,
    eps: HEAD_NORM_EPS,
    table: tf.slice(table, [0, 0], [words, table.shape[1]]),
  };
}
