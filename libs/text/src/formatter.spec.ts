import { describe, expect, it } from 'vitest';
import { fixture, tokenizer } from '../test/fixtures.ts';
import { createFormatter } from './index.ts';
import type { FormatVersion, Turn } from './index.ts';

interface Row {
  formatter: string;
  tokenizer: string;
  /** Rows of `format`. */
  conversations?: Turn[];
  generation_preface?: string | null;
  /** Rows of `formatQuery`. */
  query?: string;
  prompt?: string;
  input_ids?: number[];
  labels?: number[];
  error?: string;
}

describe.each<FormatVersion>(['1.0', '1.5'])('conversation formatters of v%s', (version) => {
  const { rows } = fixture<{ rows: Row[] }>(`formatter/v${version}.json`);
  const cases = rows.map((row, i) => ({ ...row, title: `${i} ${row.formatter}` }));

  it.each(cases)('row $title, preface $generation_preface', (row) => {
    const text = tokenizer(`tokenizer/${row.tokenizer}`);
    const formatter = createFormatter(row.formatter, text, { version });
    if (row.query !== undefined) {
      const { prompt, inputIds } = formatter.formatQuery(row.query);
      expect({ prompt, inputIds }).toEqual({ prompt: row.prompt, inputIds: row.input_ids });
      return;
    }
    const turns = structuredClone(row.conversations!);
    if (row.error) {
      expect(() => formatter.format(turns, row.generation_preface)).toThrow(
        expect.objectContaining({ code: 'SYSTEM_PROMPT_UNSUPPORTED' }),
      );
      return;
    }
    const out = formatter.format(turns, row.generation_preface);
    expect(out.prompt).toBe(row.prompt);
    expect(out.inputIds).toEqual(row.input_ids);
    expect(out.labels).toEqual(row.labels);
    expect(turns).toEqual(row.conversations);
    // The reference asserts this of every conversation: tokenising turn by turn changes nothing.
    expect(text.encodeWithImages(out.prompt)).toEqual(out.inputIds);
  });
});

describe('createFormatter', () => {
  const qwen = tokenizer('tokenizer/qwen');

  it('formats a query as a human turn and an open answer', () => {
    const formatter = createFormatter('QwenConversationFormatter', qwen);
    const { prompt, inputIds } = formatter.formatQuery('<image> Why?');
    expect(prompt).toMatch(/user\n<image> Why\?<\|im_end\|>\n<\|im_start\|>assistant\n$/);
    expect(inputIds).toContain(-200);
    expect(formatter.endOfTurnId).toBe(622);
  });

  it.each([
    ['UNKNOWN_FORMATTER', () => createFormatter('PhiConversationFormatter', qwen)],
    ['UNKNOWN_TOKEN', () => createFormatter('GemmaConversationFormatter', qwen)],
    ['EMPTY_CONVERSATION', () => createFormatter('QwenConversationFormatter', qwen).format([])],
    [
      'UNKNOWN_ROLE',
      () =>
        createFormatter('QwenConversationFormatter', qwen).format([{ from: 'user' as 'human', value: 'hi' }]),
    ],
  ])('says %s', (code, act) => {
    expect(act).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/./) }));
  });
});
