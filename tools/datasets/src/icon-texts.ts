import { loadCatalog, type CatalogOptions, type Drawing } from './catalog.ts';
import { listWords } from './descriptions.ts';
import type { Turn } from './dialogs.ts';
import { makeSamples } from './samples.ts';

/** Text in place of pictures: what an LLM can learn before it sees any. */
export interface IconTexts {
  /** Plain lines with every word of names, categories, colours, questions and descriptions. */
  plain: string[];
  /** The samples of descriptions and instructions with the picture replaced by its name and colours. */
  dialogs: Turn[][];
  /** The captions in the same way: `picture` stands where the image will be. */
  captions: { picture: string; caption: string }[];
}

/** The words that stand for a picture: "grinning face, yellow and brown". Not the category: that is to be learned. */
export function pictureWords({ name, colors }: Pick<Drawing, 'name' | 'colors'>): string {
  return `${name}, ${listWords(colors)}`;
}

/**
 * All texts of the training artists' samples; nothing of the held-out artist.
 * `plain` is enough for a tokenizer; `dialogs` and `captions` go through the chat and caption formats of training.
 */
export async function iconTexts(options: CatalogOptions & { seed?: number } = {}): Promise<IconTexts> {
  const { drawings } = await loadCatalog(options);
  const { captions, descriptions, instructions } = makeSamples(drawings, options.seed ?? 17);
  const texts: IconTexts = { plain: [], dialogs: [], captions: [] };
  const words = (index: number) => pictureWords(drawings[index]!);
  for (const { drawing, json } of captions) {
    if ('caption' in json) texts.captions.push({ picture: words(drawing), caption: json.caption });
  }
  for (const { drawing, json } of [...descriptions, ...instructions]) {
    if (!('conversations' in json)) continue;
    texts.dialogs.push(
      json.conversations.map(({ from, value }) => ({
        from,
        value: value.replace('<image>', words(drawing)),
      })),
    );
  }
  texts.plain = [
    ...texts.captions.map(({ picture, caption }) => `${picture}: ${caption}`),
    ...texts.dialogs.map((turns) => turns.map(({ value }) => value).join('\n')),
  ];
  return texts;
}
