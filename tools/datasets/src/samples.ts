import type { Drawing } from './catalog.ts';
import { makeDenials } from './denials.ts';
import { describe } from './descriptions.ts';
import { dialog, type Question, type QuestionType, type Turn } from './dialogs.ts';
import { HELD_OUT_ARTIST } from './icon-sets.ts';
import {
  categoryQuestion,
  colorQuestion,
  nameQuestion,
  yesNoKinds,
  yesNoQuestion,
  type YesNoKind,
} from './questions.ts';
import { seedRandom } from './random.ts';

/** A sample before its picture is attached: `json` becomes `<key>.json`. */
export interface TextSample {
  key: string;
  /** The drawing it shows, by index in the catalog. */
  drawing: number;
  json:
    | { caption: string }
    | { conversations: Turn[]; type: QuestionType | 'description' | 'instruction'; answer?: string };
}

export type SampleSets = Record<'captions' | 'descriptions' | 'instructions' | 'heldout', TextSample[]>;

/** No colour may be the answer to more than this share of the held-out colour questions. */
const COLOR_CAP = 0.15;

/**
 * All four sets; the same for the same drawings and seed. Training sets show only the training artists, the held-out
 * set only the held-out one. Each set is shuffled.
 */
export function makeSamples(drawings: readonly Drawing[], seed: number): SampleSets {
  const indices = drawings.map((_, index) => index);
  const training = indices.filter((index) => drawings[index]!.artist !== HELD_OUT_ARTIST);
  const heldOut = indices.filter((index) => drawings[index]!.artist === HELD_OUT_ARTIST);
  const shuffled = (name: string, samples: TextSample[]) => seedRandom(seed, name).shuffle(samples);
  return {
    captions: shuffled(
      'captions',
      training.map((index) => captionSample(drawings, index)),
    ),
    descriptions: shuffled(
      'descriptions',
      training.flatMap((index) => descriptionSamples(drawings, index, seed)),
    ),
    instructions: shuffled('instructions', instructionSamples(drawings, training, seed)),
    heldout: heldOutSamples(drawings, heldOut, seed),
  };
}

function captionSample(drawings: readonly Drawing[], drawing: number): TextSample {
  const { key, name } = drawings[drawing]!;
  return { key, drawing, json: { caption: name } };
}

/** Two descriptions per drawing, in different words and with different facts. */
function descriptionSamples(drawings: readonly Drawing[], drawing: number, seed: number): TextSample[] {
  const { key } = drawings[drawing]!;
  return [0, 1].map((copy) => {
    const { question, answer } = describe(
      drawings[drawing]!,
      seedRandom(seed, 'description', key, copy),
      copy,
    );
    return {
      key: `${key}-description-${copy}`,
      drawing,
      json: { conversations: dialog({ question, answer }), type: 'description' },
    };
  });
}

function questionSample(drawings: readonly Drawing[], drawing: number, question: Question) {
  return {
    key: `${drawings[drawing]!.key}-${question.type}`,
    drawing,
    json: { conversations: dialog(question), type: question.type },
  };
}

/**
 * Per drawing up to five conversations of an open and a closed question: two questions about one picture cost one pass
 * through the ViT. The first never settles the second (a name would tell the category, so it comes last), so that every
 * answer must come from the picture. Names, the hardest, are asked twice. Of the closed questions of each kind every other
 * one is to be answered yes.
 */
function instructionSamples(drawings: readonly Drawing[], training: number[], seed: number): TextSample[] {
  const denials = makeDenials(training.map((index) => drawings[index]!));
  const yes = { name: false, category: false, color: false };
  return training.flatMap((index) => {
    const drawing = drawings[index]!;
    const random = seedRandom(seed, 'instruction', drawing.key);
    const kinds = yesNoKinds(drawing);
    const closed = (kind: YesNoKind) => {
      if (!kinds.includes(kind)) return undefined;
      yes[kind] = !yes[kind];
      return yesNoQuestion(drawing, kind, yes[kind] ? 'yes' : 'no', denials, random);
    };
    const pairs = [
      random.shuffle([nameQuestion(drawing, random), closed('color')]),
      [closed('category'), nameQuestion(drawing, random)],
      random.shuffle([categoryQuestion(drawing, random), closed('color')]),
      random.shuffle([colorQuestion(drawing, random), closed('category')]),
      random.shuffle([colorQuestion(drawing, random), closed('name')]),
    ];
    return pairs.flatMap((pair, at): TextSample[] => {
      const questions = pair.filter((question) => question !== undefined);
      if (questions.length === 0) return [];
      const json = { conversations: dialog(...questions), type: 'instruction' as const };
      return [{ key: `${drawing.key}-${at}`, drawing: index, json }];
    });
  });
}

/** One question of each type per drawing, each with its answer; the types take turns, so that any part is balanced. */
function heldOutSamples(drawings: readonly Drawing[], heldOut: number[], seed: number): TextSample[] {
  const order = seedRandom(seed, 'heldout').shuffle(heldOut);
  const denials = makeDenials(order.map((index) => drawings[index]!));
  const byType: Record<QuestionType, TextSample[]> = { name: [], category: [], color: [], yesno: [] };
  for (const [position, index] of order.entries()) {
    const drawing = drawings[index]!;
    const random = seedRandom(seed, 'heldout', drawing.key);
    const kinds = yesNoKinds(drawing);
    const questions = [
      nameQuestion(drawing, random),
      categoryQuestion(drawing, random),
      colorQuestion(drawing, random),
      yesNoQuestion(
        drawing,
        kinds[Math.floor(position / 2) % kinds.length]!,
        position % 2 === 0 ? 'yes' : 'no',
        denials,
        random,
      ),
    ];
    for (const question of questions) {
      if (!question) continue;
      const sample = questionSample(drawings, index, question);
      byType[question.type].push({ ...sample, json: { ...sample.json, answer: question.answer } });
    }
  }
  byType.color = capAnswers(byType.color, COLOR_CAP);
  return interleave(Object.values(byType));
}

const answerOf = ({ json }: TextSample) => ('answer' in json ? (json.answer ?? '') : '');

/** Leaves out samples (the last ones first) until no answer has more than `cap` of those that stay. */
export function capAnswers(samples: TextSample[], cap: number): TextSample[] {
  const total = new Map<string, number>();
  for (const sample of samples) total.set(answerOf(sample), (total.get(answerOf(sample)) ?? 0) + 1);
  if (total.size * cap < 1) return samples;
  // The largest limit such that limit <= cap * (sum of what stays under it).
  let limit = Math.max(0, ...total.values());
  const staying = () => [...total.values()].reduce((sum, count) => sum + Math.min(count, limit), 0);
  while (limit > 1 && limit > cap * staying()) limit--;
  const seen = new Map<string, number>();
  return samples.filter((sample) => {
    const answer = answerOf(sample);
    seen.set(answer, (seen.get(answer) ?? 0) + 1);
    return seen.get(answer)! <= limit;
  });
}

/** Merges lists so that each is spread evenly over the whole. */
export function interleave<T>(lists: T[][]): T[] {
  return lists
    .flatMap((list) => list.map((item, index) => ({ item, at: (index + 0.5) / list.length })))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
