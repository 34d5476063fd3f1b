import { Tokenizer } from '@huggingface/tokenizers';
import { byteAlphabet } from './byte-alphabet.ts';
import { TextError } from './errors.ts';
import { MergeHeap, type Pair } from './merge-heap.ts';

/** Qwen's special tokens, in the order of their ids behind the learned vocabulary. */
export const QWEN_SPECIAL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

export interface TrainTokenizerOptions {
  /** Size of the whole vocabulary: 256 bytes + learned merges + 3 special tokens. It may end up smaller on little text. */
  vocabSize: number;
  /** A pair seen less often is not merged. */
  minFrequency?: number;
}

export interface TrainedTokenizer {
  /** Contents of tokenizer.json. */
  tokenizer: object;
  /** Contents of tokenizer_config.json. */
  config: object;
}

const PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * Learns a byte-level BPE vocabulary (Sennrich et al. 2016) and writes it as a Qwen style tokenizer: NFC, one digit
 * per token, `<|im_end|>` ends a turn, `<|endoftext|>` pads. Deterministic: among equally frequent pairs the one with
 * the smaller ids wins, as in Hugging Face's trainer.
 *
 * @throws TextError VOCABULARY_TOO_SMALL below 259.
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): TrainedTokenizer {
  const alphabet = byteAlphabet();
  const room = options.vocabSize - alphabet.length - QWEN_SPECIAL_TOKENS.length;
  if (!Number.isInteger(room) || room < 0) {
    const least = alphabet.length + QWEN_SPECIAL_TOKENS.length;
    throw new TextError(
      'VOCABULARY_TOO_SMALL',
      `A byte-level vocabulary of ${options.vocabSize} is asked for; the bytes and special tokens alone take ${least}.`,
      `Set vocabSize to ${least} or more.`,
    );
  }
  const words = countWords(texts);
  const size = alphabet.length + room;
  const { symbols, merges } = learnMerges(words, alphabet, size, options.minFrequency ?? 2);
  return qwenTokenizer(symbols, merges);
}

/** How often each pre-token occurs, split by the very code that will encode with the result. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const { tokenizer, config } = qwenTokenizer(byteAlphabet(), []);
  const { pre_tokenizer: split, normalizer: normalize } = new Tokenizer(tokenizer, config);
  const counts = new Map<string, number>();
  for (const text of texts) {
    if (text === '') continue;
    for (const word of split!(normalize!(text))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Symbols per word, and per pair of neighbours how often and in which words it stands. */
class PairTable {
  readonly pairs = new Map<number, Pair>();
  readonly #base: number;

  constructor(maxSymbols: number) {
    this.#base = maxSymbols;
  }

  add(a: number, b: number, count: number, word: number): Pair {
    const key = a * this.#base + b;
    let pair = this.pairs.get(key);
    if (!pair) this.pairs.set(key, (pair = { a, b, count: 0, words: new Set() }));
    pair.count += count;
    if (count > 0) pair.words.add(word);
    return pair;
  }
}

function learnMerges(
  counts: Map<string, number>,
  alphabet: string[],
  size: number,
  minFrequency: number,
): { symbols: string[]; merges: [string, string][] } {
  const symbols = [...alphabet];
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const words = [...counts.keys()].map((word) => Array.from(word, (c) => idOf.get(c)!));
  const weight = [...counts.values()];
  const table = new PairTable(size);
  words.forEach((word, w) => {
    for (let i = 0; i + 1 < word.length; i++) table.add(word[i]!, word[i + 1]!, weight[w]!, w);
  });
  const heap = new MergeHeap();
  for (const pair of table.pairs.values()) heap.push(pair);

  const merges: [string, string][] = [];
  while (symbols.length < size) {
    const best = heap.pop();
    if (!best || best.count < minFrequency) break;
    const merged = symbols[best.a]! + symbols[best.b]!;
    merges.push([symbols[best.a]!, symbols[best.b]!]);
    // Two different pairs can spell the same token; the vocabulary then holds it once.
    let id = idOf.get(merged);
    if (id === undefined) {
      id = symbols.push(merged) - 1;
      idOf.set(merged, id);
    }
    const grown = new Set<Pair>();
    for (const w of best.words) {
      words[w] = mergeWord(words[w]!, best, id, (a, b, sign) => {
        const pair = table.add(a, b, sign * weight[w]!, w);
        if (sign > 0) grown.add(pair);
      });
    }
    // Every occurrence is merged now; a stale entry of the heap must not bring the pair back.
    best.count = 0;
    best.words.clear();
    for (const pair of grown) heap.push(pair);
  }
  return { symbols, merges };
}

/** The word with every (a, b) replaced; reports each neighbourhood that appears (+1) or disappears (-1). */
function mergeWord(
  word: number[],
  { a, b }: Pair,
  merged: number,
  change: (a: number, b: number, sign: 1 | -1) => void,
): number[] {
  const out: number[] = [];
  for (let i = 0; i < word.length; i++) {
    if (word[i] !== a || word[i + 1] !== b) {
      out.push(word[i]!);
      continue;
    }
    const before = out.at(-1);
    const after = word[i + 2];
    if (before !== undefined) {
      change(before, a, -1);
      change(before, merged, 1);
    }
    if (after !== undefined) {
      change(b, after, -1);
      change(merged, after, 1);
    }
    out.push(merged);
    i++;
  }
  return out;
}

function qwenTokenizer(tokens: string[], merges: [string, string][]): TrainedTokenizer {
  const added = QWEN_SPECIAL_TOKENS.map((content, i) => ({
    id: tokens.length + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: PATTERN }, behavior: 'Isolated', invert: false },
          { ...byteLevel, use_regex: false },
        ],
      },
      post_processor: { ...byteLevel, trim_offsets: false, use_regex: false },
      decoder: { ...byteLevel, use_regex: false },
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
        merges: merges.map((pair) => pair.join(' ')),
      },
    },
    config: {
      added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
      additional_special_tokens: ['<|im_start|>', '<|im_end|>'],
      bos_token: null,
      clean_up_tokenization_spaces: false,
      eos_token: '<|im_end|>',
      model_max_length: 32768,
      pad_token: '<|endoftext|>',
      tokenizer_class: 'Qwen2Tokenizer',
      unk_token: null,
    },
  };
}
