import { PretrainedError } from './errors.ts';
import { jsonFile, jsonOf, type SmallFiles } from './model-files.ts';
import { IMAGE_TOKENS, type ImageTokenIds, type Json } from './native-config.ts';

/**
 * Messages of text, or of parts of text and pictures; Ovis 2's system message in front when there is none. A picture is
 * `<image>`, which transformers' processor expands.
 */
const CHAT_TEMPLATE = `{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>
{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

interface AddedToken {
  id: number;
  content: string;
}

/** Ids for the image tokens: those the tokenizer has, else the next free ones. @throws PretrainedError BAD_FILE */
export function imageTokenIds(files: SmallFiles, where: string): ImageTokenIds {
  const tokenizer = jsonOf(files, 'tokenizer.json', where);
  if (tokenizer === undefined) {
    throw new PretrainedError(
      'BAD_FILE',
      `${where} has no tokenizer.json, and native ovis2 needs ids of its image tokens`,
      "add the tokenizer files of the model's language model",
    );
  }
  const ids = new Map<string, number>(Object.entries(vocabularyOf(tokenizer)));
  for (const { content, id } of addedTokens(tokenizer)) ids.set(content, id);
  const known = IMAGE_TOKENS.map((token) => ids.get(token));
  if (known.every((id) => id !== undefined)) return known as ImageTokenIds;
  if (known.some((id) => id !== undefined)) {
    const missing = IMAGE_TOKENS.filter((token) => !ids.has(token));
    throw new PretrainedError(
      'BAD_FILE',
      `the tokenizer of ${where} has some image tokens, but not ${missing.join(', ')}`,
      'add the missing tokens to tokenizer.json, or take the language model`s own tokenizer',
    );
  }
  let next = 0;
  for (const id of ids.values()) next = Math.max(next, id + 1);
  return IMAGE_TOKENS.map((_, i) => next + i) as ImageTokenIds;
}

/** The tokenizer files with the image tokens as special tokens, and a chat template that knows pictures. */
export function withImageTokens(files: SmallFiles, ids: ImageTokenIds, where: string): SmallFiles {
  const tokenizer = jsonOf(files, 'tokenizer.json', where) ?? {};
  const has = new Set(addedTokens(tokenizer).map(({ content }) => content));
  const added = IMAGE_TOKENS.map((content, i) => ({ id: ids[i] as number, content })).filter(
    ({ content }) => !has.has(content),
  );
  if (added.length === 0) return { 'chat_template.jinja': Buffer.from(CHAT_TEMPLATE), ...files };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const { chat_template: _, ...config } = jsonOf(files, 'tokenizer_config.json', where) ?? {};
  const extended: SmallFiles = {
    ...files,
    'tokenizer.json': jsonFile({
      ...tokenizer,
      added_tokens: [...addedTokens(tokenizer), ...added.map((token) => ({ ...token, ...flags }))],
    }),
    'tokenizer_config.json': jsonFile({
      ...config,
      added_tokens_decoder: {
        ...(config['added_tokens_decoder'] as Json | undefined),
        ...Object.fromEntries(added.map(({ id, content }) => [id, { content, ...flags }])),
      },
      additional_special_tokens: withTokens(config['additional_special_tokens'], added),
      processor_class: 'Ovis2Processor',
    }),
    'chat_template.jinja': Buffer.from(CHAT_TEMPLATE),
  };
  const map = jsonOf(files, 'special_tokens_map.json', where);
  if (map) {
    extended['special_tokens_map.json'] = jsonFile({
      ...map,
      additional_special_tokens: withTokens(map['additional_special_tokens'], added),
    });
  }
  const ownIds = jsonOf(files, 'added_tokens.json', where);
  if (ownIds) {
    const all = added.map(({ id, content }) => [content, id]);
    extended['added_tokens.json'] = jsonFile({ ...ownIds, ...Object.fromEntries(all) });
  }
  return extended;
}

function withTokens(before: unknown, added: AddedToken[]): unknown[] {
  return [...(Array.isArray(before) ? (before as unknown[]) : []), ...added.map(({ content }) => content)];
}

function addedTokens(tokenizer: Json): AddedToken[] {
  return Array.isArray(tokenizer['added_tokens']) ? (tokenizer['added_tokens'] as AddedToken[]) : [];
}

function vocabularyOf(tokenizer: Json): Record<string, number> {
  const model = tokenizer['model'] as { vocab?: unknown } | undefined;
  return typeof model?.vocab === 'object' && model.vocab !== null && !Array.isArray(model.vocab)
    ? (model.vocab as Record<string, number>)
    : {};
}
