import type { Drawing } from './catalog.ts';
import type { Question } from './dialogs.ts';
import type { Denials } from './denials.ts';
import type { Random } from './random.ts';

const NAME = ['What is this?', 'What does the picture show?', 'Name this.'];
const CATEGORY = ['Which category is this?', 'What kind of thing is this?', 'Name its category.'];
const COLOR = ['What is its main color?', 'Which color is it mostly?', 'Name its main color.'];

/** What a yes/no question is about. */
export type YesNoKind = 'name' | 'category' | 'color';

const YES_NO: Record<YesNoKind, ((word: string) => string)[]> = {
  name: [(word) => `Is this called ${word}?`, (word) => `Does the picture show ${word}?`],
  category: [(word) => `Is its category ${word}?`, (word) => `Does it belong to ${word}?`],
  color: [(word) => `Is its main color ${word}?`, (word) => `Is it mostly ${word}?`],
};

/** Undefined when another drawing of the same artist looks the same under another name. */
export function nameQuestion(drawing: Drawing, random: Random): Question | undefined {
  if (drawing.twins.length > 0) return undefined;
  return { type: 'name', question: random.pick(NAME), answer: drawing.name };
}

export function categoryQuestion(drawing: Drawing, random: Random): Question {
  return { type: 'category', question: random.pick(CATEGORY), answer: drawing.category };
}

/** Undefined when no colour clearly leads. */
export function colorQuestion(drawing: Drawing, random: Random): Question | undefined {
  return drawing.main && { type: 'color', question: random.pick(COLOR), answer: drawing.main };
}

/** Kinds of yes/no questions that have a clear answer for this drawing. */
export function yesNoKinds(drawing: Drawing): YesNoKind[] {
  return drawing.main ? ['name', 'category', 'color'] : ['name', 'category'];
}

/** Asks about the truth (`yes`), or about something else that could be taken for it (`no`). */
export function yesNoQuestion(
  drawing: Drawing,
  kind: YesNoKind,
  answer: 'yes' | 'no',
  denials: Denials,
  random: Random,
): Question {
  const truth = { name: drawing.name, category: drawing.category, color: drawing.main ?? '' }[kind];
  const word = answer === 'yes' ? truth : denials[kind](drawing, random);
  return { type: 'yesno', question: random.pick(YES_NO[kind])(word), answer };
}
