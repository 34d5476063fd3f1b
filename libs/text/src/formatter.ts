import { IGNORE_ID } from './constants.ts';
import { TextError } from './errors.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** One turn of a conversation, in the LLaVA data format. */
export interface Turn {
  from: 'system' | 'human' | 'gpt';
  value: string;
}

export interface FormattedConversation {
  prompt: string;
  /** Token ids; -200 where a picture stands. */
  inputIds: number[];
  /** As long as `inputIds`: the id where the model learns to answer, -100 elsewhere. */
  labels: number[];
}

/** Which release's rules apply: they differ only in the newline after Qwen's `<|im_end|>` (spec 4). */
export type FormatVersion = '1.0' | '1.5';

/** The rules of a model's generation (`OvisConfig.generation`): 1.0 has its own, all later ones those of 1.5. */
export function formatVersion(generation: string): FormatVersion {
  return generation === '1.0' ? '1.0' : '1.5';
}

export const FORMATTERS = [
  'QwenConversationFormatter',
  'Llama3ConversationFormatter',
  'GemmaConversationFormatter',
] as const;
export type FormatterName = (typeof FORMATTERS)[number];

export interface ConversationFormatter {
  readonly name: FormatterName;
  /** The token that ends a turn: generation stops at it. */
  readonly endOfTurnId: number;
  /**
   * Writes a conversation in the chat format of the language model. The caller's list is left as it is.
   * @param generationPreface null (default) = training: every turn is closed. A string opens a last answer that
   *   starts with it and is not closed, for generation.
   * @throws TextError EMPTY_CONVERSATION, UNKNOWN_ROLE, SYSTEM_PROMPT_UNSUPPORTED
   */
  format(turns: readonly Turn[], generationPreface?: string | null): FormattedConversation;
  /** One question of a user and an open answer. */
  formatQuery(text: string, generationPreface?: string): FormattedConversation;
}

/** The table of spec section 4. */
interface Style {
  /** Written once, before the first turn. */
  start: string;
  /** null: the family has no system turn. */
  defaultSystem: string | null;
  header: (role: Turn['from']) => string;
  end: string;
  /** Follows `end`. */
  separator: string;
  separatorAfterLast: boolean;
  separatorLearned: boolean;
  /** Whether a conversation with an opened answer has labels: they are never used, but the releases differ. */
  labelsWithPreface: boolean;
  strip: boolean;
}

const ROLES = { system: 'system', human: 'user', gpt: 'assistant' } as const;

const STYLES: Record<FormatterName, (version: FormatVersion) => Style> = {
  QwenConversationFormatter: (version) => ({
    start: '',
    defaultSystem: 'You are a helpful assistant.',
    header: (role) => `<|im_start|>${ROLES[role]}\n`,
    end: '<|im_end|>',
    separator: '\n',
    separatorAfterLast: version !== '1.0',
    separatorLearned: version === '1.0',
    labelsWithPreface: version === '1.0',
    strip: false,
  }),
  Llama3ConversationFormatter: () => ({
    start: '<|begin_of_text|>',
    defaultSystem: 'You are a helpful and honest multimodal assistant.',
    header: (role) => `<|start_header_id|>${ROLES[role]}<|end_header_id|>\n\n`,
    end: '<|eot_id|>',
    separator: '',
    separatorAfterLast: false,
    separatorLearned: false,
    labelsWithPreface: true,
    strip: true,
  }),
  GemmaConversationFormatter: () => ({
    start: '<bos>',
    defaultSystem: null,
    header: (role) => `<start_of_turn>${role === 'gpt' ? 'model' : 'user'}\n`,
    end: '<end_of_turn>',
    separator: '\n',
    separatorAfterLast: true,
    separatorLearned: false,
    labelsWithPreface: true,
    strip: true,
  }),
};

/**
 * The conversation formatter of a language model family, by the name that official configs carry
 * (`conversation_formatter_class`).
 * @throws TextError UNKNOWN_FORMATTER, UNKNOWN_TOKEN (the tokenizer is of another family)
 */
export function createFormatter(
  name: string,
  tokenizer: TextTokenizer,
  options: { version?: FormatVersion } = {},
): ConversationFormatter {
  const known = FORMATTERS.find((formatter) => formatter === name);
  if (!known) {
    throw new TextError(
      'UNKNOWN_FORMATTER',
      `There is no conversation formatter '${name}'.`,
      `Use one of ${FORMATTERS.join(', ')}.`,
    );
  }
  const style = STYLES[known](options.version ?? '1.0');
  const endOfTurnId = tokenizer.tokenId(style.end);
  const startIds = tokenizer.encode(style.start);
  const answerHeaderLength = tokenizer.encode(style.header('gpt')).length;
  const separatorLength = tokenizer.encode(style.separator).length;

  function format(given: readonly Turn[], generationPreface: string | null = null): FormattedConversation {
    const turns = complete(given, generationPreface, style, name);
    const open = generationPreface !== null;
    const labelled = !open || style.labelsWithPreface;
    let prompt = style.start;
    const inputIds = [...startIds];
    const labels = startIds.map(() => IGNORE_ID);
    turns.forEach((turn, i) => {
      const last = i === turns.length - 1;
      const separated = !last || style.separatorAfterLast;
      let text = style.header(turn.from) + (style.strip ? turn.value.trim() : turn.value);
      if (!(open && last)) text += style.end + (separated ? style.separator : '');
      const ids = tokenizer.encodeWithImages(text);
      // The official code drops the label at the place of the separator even where an open answer has none there.
      const unlearnedTail = separated && !style.separatorLearned ? separatorLength : 0;
      prompt += text;
      for (const [position, id] of ids.entries()) {
        const learned =
          labelled &&
          turn.from === 'gpt' &&
          position >= answerHeaderLength &&
          position < ids.length - unlearnedTail;
        inputIds.push(id);
        labels.push(learned ? id : IGNORE_ID);
      }
    });
    return { prompt, inputIds, labels };
  }

  return {
    name: known,
    endOfTurnId,
    format,
    formatQuery: (text, generationPreface = '') =>
      format([{ from: 'human', value: text }], generationPreface),
  };
}

/** Adds the family's own system turn in front and the opened answer at the end. */
function complete(given: readonly Turn[], preface: string | null, style: Style, name: string): Turn[] {
  const first = given[0];
  if (!first) {
    throw new TextError(
      'EMPTY_CONVERSATION',
      'A conversation needs at least one turn.',
      'Drop samples whose "conversations" list is empty.',
    );
  }
  for (const turn of given) {
    if (!Object.hasOwn(ROLES, turn.from)) {
      throw new TextError(
        'UNKNOWN_ROLE',
        `A turn comes from '${turn.from}'.`,
        'Write "from" as system, human or gpt.',
      );
    }
    if (turn.from === 'system' && style.defaultSystem === null) {
      throw new TextError(
        'SYSTEM_PROMPT_UNSUPPORTED',
        `${name} has no system turn.`,
        'Put the instruction in front of the first human turn.',
      );
    }
  }
  const turns = [...given];
  if (first.from !== 'system' && style.defaultSystem !== null) {
    turns.unshift({ from: 'system', value: style.defaultSystem });
  }
  if (preface !== null) turns.push({ from: 'gpt', value: preface });
  return turns;
}
