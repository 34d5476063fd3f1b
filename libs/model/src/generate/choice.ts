import { tf } from '@ovis/tensorflow';
import type { Choice } from '../llm/choose-tokens.ts';
import { RandomStream } from '../random.ts';
import type { Plan } from './options.ts';

/** The tensors of a choice for the prompts from index `from` on. */
export function choiceOf(plan: Plan, vocabSize: number, batchSize: number, from: number): Choice {
  const { temperature, topK, topP, repetitionPenalty, suppress } = plan;
  const choice: Choice = { topK: temperature > 0 ? topK : 0 };
  if (repetitionPenalty !== 1) choice.repetitionPenalty = tf.scalar(repetitionPenalty);
  if (suppress.length > 0) {
    const bias = new Float32Array(vocabSize);
    for (const id of suppress) bias[id] = -1e9;
    choice.bias = tf.tensor1d(bias);
  }
  if (temperature > 0) {
    choice.temperature = tf.scalar(temperature);
    if (topP < 1) choice.topP = tf.scalar(topP);
    choice.draws = drawsOf(plan, batchSize, from);
  }
  return choice;
}

/** `[steps, batch]`: a stream of numbers per prompt, by its index. */
function drawsOf({ seed, maxNewTokens }: Plan, batchSize: number, from: number): tf.Tensor2D {
  const steps = slotsFor(maxNewTokens) + 1;
  const values = new Float32Array(steps * batchSize);
  for (let i = 0; i < batchSize; i++) {
    const stream = new RandomStream(seed, `generate/${from + i}`);
    for (let step = 0; step < steps; step++) values[step * batchSize + i] = stream.uniform();
  }
  return tf.tensor2d(values, [steps, batchSize]);
}

/** Slots of the cache for new tokens: a power of two, so that similar limits share a compiled function. */
export function slotsFor(maxNewTokens: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(maxNewTokens - 1, 1)));
}
