import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { createFormatter, TextTokenizer, trainTokenizer } from './index.ts';

/** Texts and what Hugging Face's own trainer (tokenizers 0.19.1) learned from them: see fixtures/README.md. */
const golden = fixture<{ texts: string[]; vocabSize: number; merges: string[] }>('bpe-trainer/golden.json');

interface Written {
  model: { vocab: Record<string, number>; merges: string[] };
}

function load(trained: { tokenizer: object; config: object }): TextTokenizer {
  // Through JSON, as it will be stored.
  const copy = JSON.parse(JSON.stringify(trained)) as typeof trained;
  return TextTokenizer.fromFiles(copy.tokenizer, copy.config);
}

describe('trainTokenizer', () => {
  const trained = trainTokenizer(golden.texts, { vocabSize: golden.vocabSize });
  const text = load(trained);

  it('learns the merges that the reference trainer learns', () => {
    expect((trained.tokenizer as Written).model.merges).toEqual(golden.merges);
  });

  it('has the size asked for, with the special tokens last', () => {
    expect(text.vocabSize).toBe(golden.vocabSize);
    expect(text.tokenId('<|im_end|>')).toBe(golden.vocabSize - 1);
    expect(text.encode('a<|im_end|>').at(-1)).toBe(golden.vocabSize - 1);
  });

  it('gives every text back, bytes it never saw included', () => {
    for (const sample of [...golden.texts, 'Ünïcødé 図 🙂 \t\r\n 12345', "IT'S ſ "]) {
      expect(text.decode(text.encode(sample))).toBe(sample.normalize('NFC'));
    }
  });

  it('shortens the texts it was trained on', () => {
    const bytes = golden.texts.reduce((n, t) => n + Buffer.byteLength(t), 0);
    const ids = golden.texts.reduce((n, t) => n + text.encode(t).length, 0);
    expect(ids).toBeLessThan(bytes / 3);
  });

  it('fits the Qwen formatter', () => {
    const formatter = createFormatter('QwenConversationFormatter', text);
    expect(formatter.formatQuery('<image>\nWhat is it?').inputIds).toContain(-200);
  });

  it('stops early on little text', () => {
    expect(load(trainTokenizer(['aaaa aaaa'], { vocabSize: 1000 })).vocabSize).toBeLessThan(270);
  });

  it('refuses a vocabulary that cannot hold the bytes', () => {
    expect(() => trainTokenizer([], { vocabSize: 200 })).toThrow(
      expect.objectContaining({ code: 'VOCABULARY_TOO_SMALL' }),
    );
  });

  it('learns 2000 tokens from thousands of short texts within seconds', () => {
    let state = 1;
    const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
    const syllables = 'ka ri to mo le san der vi quo ber ing est an ul fi za'.split(' ');
    const word = () => Array.from({ length: 1 + random(4) }, () => syllables[random(16)]).join('');
    const lexicon = Array.from({ length: 4000 }, word);
    const texts = Array.from({ length: 8000 }, () =>
      Array.from({ length: 12 }, () => lexicon[random(lexicon.length)]).join(' '),
    );
    const start = performance.now();
    const a = trainTokenizer(texts, { vocabSize: 2000 });
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeLessThan(10);
    expect(load(a).vocabSize).toBe(2000);
    expect(trainTokenizer(texts, { vocabSize: 2000 })).toEqual(a);
  });
});
