import type { Drawing } from './catalog.ts';
import type { Color } from './colors.ts';
import { seedRandom, type Random } from './random.ts';

export const DESCRIPTION_REQUESTS = [
  'Describe the picture.',
  'Describe this.',
  'What do you see?',
  'Tell me about the picture.',
];

/** "red", "red and blue", "red, green and blue". */
export function listWords(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? '')
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

function colorSentence({ colors, main }: Drawing, random: Random): string {
  const [first, ...others] = colors as [Color, ...Color[]];
  if (others.length === 0) return random.pick([`It is ${first}.`, `Its color is ${first}.`]);
  const sentences = [`Its colors are ${listWords(colors)}.`];
  if (main === first) sentences.push(`It is mostly ${first}, with ${listWords(others)}.`);
  return random.pick(sentences);
}

/** Every layout fact of a drawing as a sentence; facts that are a matter of opinion are left out. */
export function layoutSentences({ layout }: Pick<Drawing, 'layout'>): string[] {
  const sentences: string[] = [];
  if (layout.size === 'large') sentences.push('It fills the picture.');
  if (layout.size === 'small') sentences.push('It is small.');
  if (layout.shape === 'square') sentences.push('It is as wide as tall.');
  else if (layout.shape) sentences.push(`It is ${layout.shape}.`);
  if (layout.mass === 'center') sentences.push('It is in the center.');
  else if (layout.mass) sentences.push(`Most of it is at the ${layout.mass}.`);
  if (layout.symmetric === true) sentences.push('Its two halves mirror each other.');
  if (layout.symmetric === false) sentences.push('Its two halves differ.');
  return sentences;
}

/**
 * Name, category and colours in any order, then a layout fact: true sentences only. Few, because with the picture and
 * the chat format around them they must fit into about a hundred tokens.
 * @param copy another number gives another layout fact, as far as there are several
 */
export function describe(drawing: Drawing, random: Random, copy = 0): { question: string; answer: string } {
  const { name, category } = drawing;
  const facts = random.shuffle([
    random.pick([`The picture shows ${name}.`, `This is called ${name}.`]),
    random.pick([`It belongs to ${category}.`, `Its category is ${category}.`]),
    colorSentence(drawing, random),
  ]);
  const layout = seedRandom('layout', drawing.key).shuffle(layoutSentences(drawing));
  if (layout.length > 0) facts.push(layout[copy % layout.length]!);
  return { question: random.pick(DESCRIPTION_REQUESTS), answer: facts.join(' ') };
}
