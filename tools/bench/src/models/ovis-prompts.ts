import type { OvisConfig, Prompt } from '@ovis/model';
import { RandomStream } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { demoPrompt } from './ovis-demo.ts';

/** Rows of a prompt: a picture's 38, and a question with the frame of the conversation around it. */
const PROMPT_ROWS = 64;

export const NEW_TOKENS = 64;

/** Prompts of one length, each with its own picture and words. The caller disposes the pictures. */
export function demoPrompts(config: OvisConfig, seed: number, count: number): Required<Prompt>[] {
  const random = new RandomStream(seed, 'bench/generate');
  const { channels, imageSize } = config.visual.backbone;
  return Array.from({ length: count }, () => {
    const { pixels, inputIds } = demoPrompt(config, random, PROMPT_ROWS);
    return {
      inputIds,
      pixelValues: tf.tensor4d(pixels as Float32Array, [1, channels, imageSize, imageSize]),
    };
  });
}

/**
 * A number that two lists of sequences share only when they are equal, up to accidents: FNV-1a over the ids, folded to 24
 * bits so that it is exact in every number format. ovis_model.py has the same.
 */
export function idsCheck(sequences: readonly (readonly number[])[]): number {
  let hash = 0x811c9dc5;
  for (const ids of sequences) for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193) >>> 0;
  return (hash ^ (hash >>> 24)) & 0xffffff;
}
