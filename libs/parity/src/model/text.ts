import {
  createFormatter,
  IGNORE_ID,
  IMAGE_TOKEN_ID,
  type ConversationFormatter,
  type TextTokenizer,
  type Turn,
} from '@ovis/text';
import type { ParityCase } from '../case/parity-case.ts';
import { ParityError } from '../errors.ts';
import { preparePicture } from './pictures.ts';

/** Ids and labels with the ids that stand for the pictures in place. */
export interface PreparedText {
  prompt: string;
  inputIds: number[];
  labels: number[];
}

/** @throws ParityError INCOMPLETE without a tokenizer */
export function tokenizerOf(c: ParityCase): TextTokenizer {
  if (c.tokenizer) return c.tokenizer;
  throw new ParityError(
    'INCOMPLETE',
    'checkpoint/ has no tokenizer.json',
    'Texts cannot be compared without it.',
  );
}

export function formatterOf(c: ParityCase): ConversationFormatter {
  const version = c.config.generation === '1.0' ? '1.0' : '1.5';
  return createFormatter(c.config.conversationFormatter, tokenizerOf(c), { version });
}

/** A conversation (or, with a preface, a question) as ids and labels, its pictures' ids in place. */
export function prepareTurns(
  c: ParityCase,
  turns: readonly Turn[],
  pictures: readonly string[],
  o: { maxPartition: number; preface?: string | null },
): PreparedText {
  const formatted = formatterOf(c).format(turns, o.preface ?? null);
  return { prompt: formatted.prompt, ...expand(c, formatted, pictures, o.maxPartition) };
}

/** Replaces each -200 by the ids of the next picture; their labels are -100. */
export function expand(
  c: ParityCase,
  text: { inputIds: readonly number[]; labels: readonly number[] },
  pictures: readonly string[],
  maxPartition: number,
): { inputIds: number[]; labels: number[] } {
  const inputIds: number[] = [];
  const labels: number[] = [];
  let next = 0;
  text.inputIds.forEach((id, at) => {
    if (id !== IMAGE_TOKEN_ID) {
      inputIds.push(id);
      labels.push(text.labels[at]!);
      return;
    }
    const name = pictures[next++];
    const ids = name === undefined ? [id] : idsOf(c, name, maxPartition);
    inputIds.push(...ids);
    labels.push(...ids.map(() => IGNORE_ID));
  });
  return { inputIds, labels };
}

function idsOf(c: ParityCase, name: string, maxPartition: number): number[] {
  return preparePicture(c, name, maxPartition).ids;
}

/** Names of the model's inputs that a picture becomes: itself, or with dynamic partition its parts. */
export function tileNames(c: ParityCase, name: string, maxPartition: number): string[] {
  const partitioned = c.config.generation === '1.6' || c.config.generation === '2.0';
  if (!partitioned) return [name];
  return preparePicture(c, name, maxPartition).tiles.map((_, j) => `${name}.${j}`);
}
