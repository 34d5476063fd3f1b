import { TextError } from './errors.ts';

/** A part of tokenizer.json, as far as it is looked at here. */
interface Part {
  type?: string;
  pattern?: { String?: string; Regex?: string };
  behavior?: string;
  invert?: boolean;
  individual_digits?: boolean;
  content?: string;
  normalizers?: Part[];
  pretokenizers?: Part[];
}

const MODELS = ['BPE', 'Unigram', 'WordPiece'];

/**
 * What @huggingface/tokenizers would read otherwise than the Rust library does, without a word: numerals that are not ASCII are written
 * as a split which both read alike; kinds that it lacks are refused. What is no tokenizer at all is left to it.
 * @throws TextError UNSUPPORTED_TOKENIZER
 */
export function readableAlike(json: unknown): unknown {
  const { model, normalizer, pre_tokenizer } = (json ?? {}) as {
    model?: { type?: string; merges?: unknown; dropout?: number | null };
    normalizer?: Part | null;
    pre_tokenizer?: Part | null;
  };
  if (model === null || typeof model !== 'object') return json;
  // The oldest files with merges do not name their kind.
  if (!MODELS.includes(model.type ?? ('merges' in model ? 'BPE' : '')))
    throw unsupported(`a model of the kind '${model.type}'`, `Known kinds are ${MODELS.join(', ')}.`);
  if (model.dropout)
    throw unsupported(`a dropout of ${model.dropout}`, 'Its ids would be random: set "dropout" to null.');
  if (!pre_tokenizer) return json;
  return { ...(json as object), pre_tokenizer: alike(pre_tokenizer, replaced(normalizer)) };
}

function alike(part: Part, gone: string | undefined): Part {
  if (part.pretokenizers)
    return { ...part, pretokenizers: part.pretokenizers.map((one) => alike(one, gone)) };
  const behavior = part.behavior ?? 'Isolated';
  switch (part.type) {
    case 'Digits': {
      const Regex = part.individual_digits ? '\\p{N}' : '\\p{N}+';
      return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
    }
    case 'Split': {
      const known = part.invert ? 'Removed' : 'Isolated';
      // Gemma's splits at blanks, of which its normaliser leaves none.
      const idle = gone !== undefined && part.pattern?.String === gone;
      if (behavior === known || idle) return part;
      const inverted = part.invert ? ' inverted' : '';
      throw unsupported(`a Split ${behavior}${inverted}`, 'Known are Isolated and Removed inverted.');
    }
    case 'Punctuation':
      if (behavior === 'Contiguous') return part;
      throw unsupported(`a Punctuation ${behavior}`, 'Only Contiguous is known.');
    default:
      return part;
  }
}

/** The text of which the normaliser leaves none, by its last step. */
function replaced(normalizer: Part | null | undefined): string | undefined {
  if (normalizer?.normalizers) return replaced(normalizer.normalizers.at(-1));
  const text = normalizer?.type === 'Replace' ? normalizer.pattern?.String : undefined;
  return text !== undefined && normalizer?.content?.includes(text) ? undefined : text;
}

function unsupported(what: string, hint: string): TextError {
  return new TextError('UNSUPPORTED_TOKENIZER', `tokenizer.json has ${what}, which is not read here`, hint);
}
