import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { TextTokenizer } from './index.ts';

interface Form {
  tokenizer: { pre_tokenizer: object; normalizer: object | null; model: { vocab: object } };
  ids: number[][];
}
const golden = fixture<{ texts: string[]; forms: Form[] }>('tokenizer-kinds/golden.json');

describe("kinds that are read as Hugging Face's Rust library reads them", () => {
  it.each(golden.forms.map((form) => ({ ...form, kind: JSON.stringify(form.tokenizer.pre_tokenizer) })))(
    '$kind',
    ({ tokenizer, ids }) => {
      const text = TextTokenizer.fromFiles(tokenizer, {});
      expect(golden.texts.map((one) => text.encode(one))).toEqual(ids);
    },
  );
});

describe('kinds that are refused', () => {
  const { tokenizer } = golden.forms[0]!;
  const model = (changed: object) => ({ ...tokenizer, model: { ...tokenizer.model, ...changed } });
  const split = (changed: object) => ({
    ...tokenizer,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { String: ' ' }, behavior: 'Isolated', ...changed }],
    },
  });

  it.each<[string, object, RegExp]>([
    ['a model by words', model({ type: 'WordLevel' }), /kind 'WordLevel'/],
    ['an unknown model', model({ type: 'Morphemes' }), /kind 'Morphemes'/],
    ['random merges', model({ dropout: 0.1 }), /dropout of 0.1/],
    ['blanks at the end of words', split({ behavior: 'MergedWithPrevious' }), /Split MergedWithPrevious/],
    ['blanks taken away', split({ behavior: 'Removed' }), /Split Removed,/],
    ['what is between blanks', split({ invert: true }), /Split Isolated inverted/],
    [
      'single punctuation marks',
      { ...tokenizer, pre_tokenizer: { type: 'Punctuation' } },
      /Punctuation Isolated/,
    ],
    [
      'blanks that the normaliser brings back',
      {
        ...split({ behavior: 'MergedWithPrevious' }),
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'Replace', pattern: { String: ' ' }, content: '_' },
            { type: 'Prepend', prepend: ' ' },
          ],
        },
      },
      /Split MergedWithPrevious/,
    ],
  ])('%s', (_what, json, message) => {
    const act = () => TextTokenizer.fromFiles(json, {});
    expect(act).toThrow(message);
    expect(act).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_TOKENIZER', hint: expect.stringMatching(/./) }),
    );
  });

  it.each<[string, object]>([
    ['Unknown PreTokenizer type: Guess', { ...tokenizer, pre_tokenizer: { type: 'Guess' } }],
    ['Unknown Normalizer type: Guess', { ...tokenizer, normalizer: { type: 'Guess' } }],
  ])('%s', (message, json) => {
    expect(() => TextTokenizer.fromFiles(json, {})).toThrow(
      expect.objectContaining({ code: 'BAD_TOKENIZER', message: expect.stringContaining(message) }),
    );
  });
});
