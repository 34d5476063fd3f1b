import {
  createFormatter,
  formatVersion,
  IGNORE_ID,
  IMAGE_PLACEHOLDER,
  IMAGE_TOKEN_ID,
  type ConversationFormatter,
  type TextTokenizer,
  type Turn,
} from '@ovis/text';
import { IMAGE_ATOM_ID, INDICATOR_IDS, pictureIds } from '@ovis/model';
import type { ParityCase } from '../case/parity-case.ts';
import { ParityError } from '../errors.ts';
import { preparePicture, ZEROS } from './pictures.ts';

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
  const version = formatVersion(c.config.generation);
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
  const prompt = c.config.nativeIds
    ? writeTokens(c, formatted.prompt, pictures, o.maxPartition)
    : formatted.prompt;
  return { prompt, ...expand(c, formatted, pictures, o.maxPartition) };
}

/** Native prompts show the tokens of the pictures where official ones have `<image>`. */
function writeTokens(
  c: ParityCase,
  prompt: string,
  pictures: readonly string[],
  maxPartition: number,
): string {
  const [first = '', ...rest] = prompt.split(IMAGE_PLACEHOLDER);
  return rest.reduce((text, chunk, i) => {
    const name = pictures[i];
    const ids = name === undefined ? [] : idsOf(c, name, maxPartition);
    return text + ids.map((id) => tokenizerOf(c).token(id) ?? '').join('') + chunk;
  }, first);
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
  if (name !== ZEROS) return preparePicture(c, name, maxPartition).ids;
  const inText = c.config.visual.indicators === 'in-text';
  return inText ? pictureIds([1, 1], [IMAGE_ATOM_ID], INDICATOR_IDS) : [IMAGE_TOKEN_ID];
}

/** Names of the model's inputs that a picture becomes: itself, or with dynamic partition its parts. */
export function tileNames(c: ParityCase, name: string, maxPartition: number): string[] {
  const partitioned = c.config.visual.indicators === 'in-text';
  if (!partitioned) return [name];
  return preparePicture(c, name, maxPartition).pixels.map((_, j) => `${name}.${j}`);
}
