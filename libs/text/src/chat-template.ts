import { Template } from '@huggingface/jinja';
import { TextError } from './errors.ts';

/** A message as chat templates know it. */
export interface ChatMessage {
  role: string;
  content: string;
}

export interface ChatTemplateOptions {
  /** Ends the text where the model's answer begins; default false. */
  addGenerationPrompt?: boolean;
  /** Other values that the template may read, such as `bos_token` and `eos_token`. */
  values?: Record<string, unknown>;
}

/**
 * Writes a conversation by a model's own `chat_template` (Jinja, of tokenizer_config.json or chat_template.jinja), as transformers'
 * `apply_chat_template` does. Encode the text with `TextTokenizer.encode`: it holds the special tokens already.
 * @throws TextError BAD_TEMPLATE: it does not parse, or refuses the messages (`raise_exception`)
 */
export function renderChatTemplate(
  template: string,
  messages: readonly ChatMessage[],
  o: ChatTemplateOptions = {},
): string {
  try {
    return new Template(template).render({
      ...o.values,
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: o.addGenerationPrompt ?? false,
    });
  } catch (cause) {
    throw new TextError(
      'BAD_TEMPLATE',
      `The chat template fails: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check the roles and their order, and that the template belongs to the tokenizer.',
      { cause },
    );
  }
}

/**
 * The template and its special tokens as a parsed `tokenizer_config.json` has them; of several named ones that named `default`, as
 * transformers takes. Undefined without one.
 */
export function chatTemplateOf(
  tokenizerConfig: Record<string, unknown>,
): { template: string; values: Record<string, unknown> } | undefined {
  const given = tokenizerConfig['chat_template'] as string | { name: string; template: string }[] | undefined;
  const template = Array.isArray(given) ? given.find(({ name }) => name === 'default')?.template : given;
  if (typeof template !== 'string') return undefined;
  const tokens = ['bos_token', 'eos_token', 'pad_token', 'unk_token'].map((key) => {
    const value = tokenizerConfig[key] as string | { content?: string } | null | undefined;
    return [key, typeof value === 'string' ? value : (value?.content ?? '')];
  });
  return { template, values: Object.fromEntries(tokens) as Record<string, unknown> };
}
