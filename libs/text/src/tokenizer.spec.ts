import { describe, expect, it } from 'vitest';
import { fixture, tokenizer } from '../test/fixtures.ts';
import { IMAGE_TOKEN_ID, TextTokenizer } from './index.ts';

interface Golden {
  vocab_size: number;
  encodings: {
    text: string;
    ids: number[];
    decoded: string;
    decoded_skip_special: string;
  }[];
}

describe.each(['qwen', 'llama3', 'gemma'])('TextTokenizer on the %s golden strings', (family) => {
  const golden = fixture<Golden>(`tokenizer/${family}/golden.json`);
  const text = tokenizer(`tokenizer/${family}`);

  it('has the vocabulary', () => {
    expect(text.vocabSize).toBe(golden.vocab_size);
    expect(golden.encodings.length).toBeGreaterThan(20);
  });

  it.each(golden.encodings)('encodes and decodes $text', (row) => {
    expect(text.encode(row.text)).toEqual(row.ids);
    expect(text.decode(row.ids)).toBe(row.decoded);
    expect(text.decode(row.ids, { skipSpecial: true })).toBe(row.decoded_skip_special);
  });
});

describe('TextTokenizer', () => {
  const qwen = tokenizer('tokenizer/qwen');

  it('encodes the chunks around pictures on their own', () => {
    expect(qwen.encodeWithImages('<image>\nWhat')).toEqual([
      IMAGE_TOKEN_ID,
      ...qwen.encode('\n'),
      ...qwen.encode('What'),
    ]);
    expect(qwen.encodeWithImages('<image><image>')).toEqual([IMAGE_TOKEN_ID, IMAGE_TOKEN_ID]);
  });

  it('skips ids without a token when decoding', () => {
    const ids = qwen.encode('blue dog');
    expect(qwen.decode([IMAGE_TOKEN_ID, ...ids, qwen.vocabSize + 7])).toBe('blue dog');
  });

  it('names the missing token', () => {
    expect(() => qwen.tokenId('<bos>')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TOKEN', message: expect.stringContaining('<bos>') }),
    );
  });

  it('refuses what is not a tokenizer', () => {
    expect(() => TextTokenizer.fromFiles({ model: 1 }, {})).toThrow(
      expect.objectContaining({ code: 'BAD_TOKENIZER' }),
    );
  });
});
