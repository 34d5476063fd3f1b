import { PretrainedError } from '../errors.ts';
import type { GgufFile } from './gguf-file.ts';

/** Parsed `tokenizer.json` and `tokenizer_config.json`, as Hugging Face's tokenizers read them. */
export interface TokenizerFiles {
  tokenizer: Record<string, unknown>;
  tokenizerConfig: Record<string, unknown>;
}

/** `tokenizer.ggml.token_type` */
const CONTROL = 3;
const USER_DEFINED = 4;

const byteLevel = (splits: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: splits,
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});

/** What the names in `tokenizer.ggml.pre` stand for: the first steps of the published `tokenizer.json` of those models. */
const PRE_TOKENIZERS: Record<string, { normalizer: object | null; preTokenizer: object }> = {
  'gpt-2': { normalizer: null, preTokenizer: byteLevel(true) },
  smollm: {
    normalizer: null,
    // Its own file says `Digits`, which means this; @huggingface/tokenizers takes only 0 to 9 for digits there.
    preTokenizer: sequence(split('\\p{N}'), byteLevel(true)),
  },
  qwen2: {
    normalizer: { type: 'NFC' },
    preTokenizer: sequence(
      split(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      ),
      byteLevel(false),
    ),
  },
};

/**
 * The tokenizer in the file: byte-level BPE (`tokenizer.ggml.model` gpt2).
 * @throws PretrainedError BAD_GGUF, UNSUPPORTED_GGUF (another kind of tokenizer or of first split)
 */
export function tokenizerFiles(file: GgufFile): TokenizerFiles {
  const { metadata } = file;
  const model = metadata.string('tokenizer.ggml.model');
  if (model !== 'gpt2') throw unsupported(file, `a '${model}' tokenizer`, 'byte-level BPE (gpt2)');
  const pre = metadata.string('tokenizer.ggml.pre', 'gpt-2');
  const steps = Object.hasOwn(PRE_TOKENIZERS, pre) ? PRE_TOKENIZERS[pre] : undefined;
  if (!steps) throw unsupported(file, `the pre-tokenizer '${pre}'`, Object.keys(PRE_TOKENIZERS).join(', '));
  if (
    metadata.boolean('tokenizer.ggml.add_prefix_space', false) ||
    metadata.boolean('tokenizer.ggml.add_bos_token', false)
  ) {
    throw unsupported(file, 'a tokenizer that adds a space or a token in front', 'one that adds nothing');
  }

  const tokens = metadata.strings('tokenizer.ggml.tokens');
  const types = metadata.numbers('tokenizer.ggml.token_type');
  const added = tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED) return [];
    const special = type === CONTROL;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: steps.normalizer,
      pre_tokenizer: steps.preTokenizer,
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: metadata.strings('tokenizer.ggml.merges'),
      },
    },
    tokenizerConfig: {
      add_prefix_space: false,
      added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [String(id), token])),
      additional_special_tokens: added.filter(({ special }) => special).map(({ content }) => content),
      bos_token: named(file, tokens, 'bos_token_id'),
      eos_token: named(file, tokens, 'eos_token_id'),
      unk_token: named(file, tokens, 'unknown_token_id'),
      pad_token: named(file, tokens, 'padding_token_id'),
      ...(metadata.has('tokenizer.chat_template') && {
        chat_template: metadata.string('tokenizer.chat_template'),
      }),
      clean_up_tokenization_spaces: false,
      model_max_length: metadata.number(`${metadata.string('general.architecture')}.context_length`),
      // The named classes of transformers bring first splits of their own; this one takes tokenizer.json as it is.
      tokenizer_class: 'PreTrainedTokenizerFast',
    },
  };
}

function named({ metadata }: GgufFile, tokens: readonly string[], name: string): string | null {
  const key = `tokenizer.ggml.${name}`;
  return metadata.has(key) ? (tokens[metadata.number(key)] ?? null) : null;
}

function unsupported(file: GgufFile, what: string, readable: string): PretrainedError {
  return new PretrainedError(
    'UNSUPPORTED_GGUF',
    `${file.path} has ${what}, which is not read here`,
    `Readable: ${readable}. The tokenizer.json of the model's own release can be used in its place.`,
  );
}
