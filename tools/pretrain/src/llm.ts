import {
  IGNORE_ID,
  initParams,
  languageModelLoss,
  RandomStream,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { optimise, takeWeights, type Weights } from './optimise.ts';

/** A tokenised text: ids, and where the model learns (label -100: it does not). */
export interface TokenText {
  inputIds: number[];
  labels: number[];
}

export interface PretrainLlmOptions {
  texts: TokenText[];
  /** Only its language model is used. */
  config: OvisConfig;
  steps: number;
  /** Texts per step. */
  batchSize: number;
  /** Texts are cut here. */
  maxLength: number;
  learningRate: number;
  seed: number;
  onStep?: (progress: { step: number; steps: number; loss: number; seconds: number }) => void;
  signal?: AbortSignal;
}

const LLM = 'llm.';

type Batch = { inputIds: tf.Tensor2D; labels: tf.Tensor2D; attentionMask: tf.Tensor2D };

/**
 * Trains the language model on text alone: next-token cross-entropy at the labelled positions.
 * @returns its tensors under Hugging Face names (`model.layers.0...`), as float32 arrays.
 */
export async function pretrainLlm(o: PretrainLlmOptions): Promise<Weights> {
  const random = new RandomStream(o.seed, 'pretrain-llm');
  const params: Params = {};
  for (const [name, tensor] of Object.entries(
    initParams(o.config, { seed: o.seed, only: (name) => name.startsWith(LLM) }),
  ))
    params[name.slice(LLM.length)] = tensor;
  const nextBatch = bucketBatches(o, random);
  const trained = await optimise<Batch>({
    name: 'pretrain-llm',
    params,
    steps: o.steps,
    learningRate: o.learningRate,
    warmupRatio: 0.03,
    weightDecay: 0.01,
    onStep: o.onStep,
    signal: o.signal,
    batch: nextBatch,
    loss: (p, batch) => {
      const { lossSum, tokens } = languageModelLoss(o.config.llm, p, batch);
      return tf.div(lossSum, tokens);
    },
  });
  return takeWeights(trained);
}

/** Texts of one batch have about the same length, so that little of it is padding. Each epoch sees every text once. */
const BUCKET = 32;

function bucketBatches(o: PretrainLlmOptions, random: RandomStream): () => Batch {
  let queue: { texts: TokenText[]; length: number }[] = [];
  const fill = () => {
    const buckets = new Map<number, TokenText[]>();
    for (const at of shuffled(o.texts.length, random)) {
      const text = o.texts[at] as TokenText;
      const length = Math.min(o.maxLength, Math.ceil(text.inputIds.length / BUCKET) * BUCKET);
      const bucket = buckets.get(length) ?? [];
      bucket.push(text);
      if (bucket.length === o.batchSize) {
        queue.push({ texts: bucket, length });
        buckets.delete(length);
      } else buckets.set(length, bucket);
    }
    queue = shuffled(queue.length, random).map((at) => queue[at] as (typeof queue)[number]);
  };
  return () => {
    if (queue.length === 0) fill();
    const batch = queue.pop();
    if (!batch)
      throw new Error(`pretrain-llm: ${o.texts.length} texts do not fill a batch of ${o.batchSize}`);
    return layOut(batch.texts, batch.length);
  };
}

function layOut(texts: TokenText[], length: number): Batch {
  const size = texts.length * length;
  const inputIds = new Int32Array(size);
  const labels = new Int32Array(size).fill(IGNORE_ID);
  const mask = new Int32Array(size);
  texts.forEach((text, row) => {
    const kept = Math.min(length, text.inputIds.length);
    inputIds.set(text.inputIds.slice(0, kept), row * length);
    labels.set(text.labels.slice(0, kept), row * length);
    mask.fill(1, row * length, row * length + kept);
  });
  const matrix = (values: Int32Array) => tf.tensor2d(values, [texts.length, length], 'int32');
  return { inputIds: matrix(inputIds), labels: matrix(labels), attentionMask: matrix(mask) };
}

function shuffled(size: number, random: RandomStream): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let at = size - 1; at > 0; at--) {
    const other = Math.floor(random.uniform() * (at + 1));
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}
