import { captionRules, captionSample, conversationSample } from '@ovis/text';
import type { ParityCase } from '../case/parity-case.ts';
import type { TrainData } from '../case/schemas.ts';
import { ZEROS } from './pictures.ts';
import { expand, formatterOf, tileNames, tokenizerOf } from './text.ts';

/** What a dataset returns for an item, as far as a case records it. */
export interface DatasetItem {
  inputIds: number[];
  labels: number[];
  /** Names of the model's inputs. */
  images: string[];
}

export interface DatasetOptions {
  template: string;
  /** Longest text in ids, picture ids included (spec 5.3); undefined: uncut, as 1.0 does. */
  textMaxLength?: number;
  /** Parts per picture for samples with one picture and with several. */
  maxPartitions: [number, number];
}

/** Stage 1: a picture and its caption (spec 5.3). */
export function captionItem(
  c: ParityCase,
  row: TrainData['captions'][number],
  o: DatasetOptions,
): DatasetItem {
  const name = pictureName(row.image_path);
  const readable = c.pictures[name] !== undefined;
  const sample = captionSample(tokenizerOf(c), {
    template: o.template,
    caption: readable ? (row.caption ?? '') : '',
    ...captionRules(c.config.generation),
  });
  const parts = row.max_partition ?? o.maxPartitions[0];
  return finish(c, sample, [name], readable, parts, o);
}

/** Stages 2 and 3: a conversation about its pictures. */
export function conversationItem(
  c: ParityCase,
  row: TrainData['conversations'][number],
  o: DatasetOptions,
): DatasetItem {
  const paths = typeof row.image === 'string' ? [row.image] : (row.image ?? []);
  // 1.0 takes the first picture only (spec 6).
  const names = (c.config.generation === '1.0' ? paths.slice(0, 1) : paths).map(pictureName);
  const readable = names.every((name) => c.pictures[name] !== undefined);
  const sample = conversationSample(formatterOf(c), row.conversations, { unreadableImage: !readable });
  const parts = row.max_partition ?? o.maxPartitions[names.length > 1 ? 1 : 0];
  return finish(c, sample, names, readable, parts, o);
}

function finish(
  c: ParityCase,
  sample: { inputIds: number[]; labels: number[] },
  names: string[],
  readable: boolean,
  parts: number,
  o: DatasetOptions,
): DatasetItem {
  // A picture that cannot be read is one tile of zeros.
  const { inputIds, labels } = expand(c, sample, readable ? names : names.map(() => ZEROS), parts);
  // 1.0 brings one picture at most; later releases one of zeros for each that cannot be read.
  const zeros = c.config.generation === '1.0' ? [] : names.map(() => ZEROS);
  const images = readable ? names.flatMap((name) => tileNames(c, name, parts)) : zeros;
  return {
    inputIds: inputIds.slice(0, o.textMaxLength),
    labels: labels.slice(0, o.textMaxLength),
    images: images.length > 0 ? images : [ZEROS],
  };
}

/** `wide.png` -> `wide`. */
function pictureName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}
