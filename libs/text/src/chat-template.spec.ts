import { describe, expect, it } from 'vitest';
import { fixture, tokenizer } from '../test/fixtures.ts';
import { chatTemplateOf, renderChatTemplate, type ChatMessage } from './chat-template.ts';

interface Golden {
  chat_template: {
    messages: ChatMessage[];
    add_generation_prompt: boolean;
    text?: string;
    ids?: number[];
    error?: string;
  }[];
}

describe.each(['qwen', 'llama3', 'gemma'])("%s's chat template", (family) => {
  const golden = fixture<Golden>(`tokenizer/${family}/golden.json`);
  const config = fixture<Record<string, unknown>>(`tokenizer/${family}/tokenizer_config.json`);
  const text = tokenizer(`tokenizer/${family}`);
  const { template, values } = chatTemplateOf(config)!;

  it.each(golden.chat_template.map((row, i) => ({ ...row, i })))('writes conversation $i', (row) => {
    const render = () =>
      renderChatTemplate(template, row.messages, { addGenerationPrompt: row.add_generation_prompt, values });
    if (row.text === undefined)
      return expect(render).toThrow(expect.objectContaining({ code: 'BAD_TEMPLATE' }));
    expect(render()).toBe(row.text);
    expect(text.encode(row.text)).toEqual(row.ids);
  });
});

it('names what is wrong with a template', () => {
  expect(() => renderChatTemplate('{% for', [])).toThrow(/chat template fails/);
  expect(() => renderChatTemplate("{{ raise_exception('no system') }}", [])).toThrow(/no system/);
  expect(chatTemplateOf({})).toBeUndefined();
});

it('takes the default of several named templates', () => {
  const named = (...names: string[]) => ({
    chat_template: names.map((name) => ({ name, template: `{# ${name} #}` })),
    eos_token: { content: '</s>' },
  });
  expect(chatTemplateOf(named('tool_use', 'default'))).toMatchObject({
    template: '{# default #}',
    values: { eos_token: '</s>' },
  });
  expect(chatTemplateOf(named('tool_use'))).toBeUndefined();
});
