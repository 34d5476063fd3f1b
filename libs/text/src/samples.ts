import { IGNORE_ID, IMAGE_PLACEHOLDER } from './constants.ts';
import type { ConversationFormatter, Turn } from './formatter.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** Ids and labels of one training sample, before its pictures are merged in. */
export interface TextSample {
  inputIds: number[];
  labels: number[];
}

/** The template of Ovis 1.0's stage 1. */
export const CAPTION_TEMPLATE = "<image>'s caption: ";

export interface CaptionOptions {
  /** Text with one `<image>`; the caption follows it. */
  template?: string;
  /** An empty caption (an unreadable picture) gives a sample without labels. */
  caption: string;
  /** Take `<image>` out of the caption, as releases from 1.5 on do; 1.0 leaves it when a template is given. */
  stripPlaceholder?: boolean;
  /** Take blanks off the caption's ends, as releases from 1.6 on do. */
  trim?: boolean;
}

/** What the release of a model's generation (`OvisConfig.generation`) does to captions. */
export function captionRules(generation: string): Pick<CaptionOptions, 'stripPlaceholder' | 'trim'> {
  return { stripPlaceholder: generation !== '1.0', trim: generation !== '1.0' && generation !== '1.5' };
}

/** A stage 1 sample (spec 5.3): template, then the caption, learned alone. No start and no end token is added. */
export function captionSample(tokenizer: TextTokenizer, options: CaptionOptions): TextSample {
  const { template = CAPTION_TEMPLATE, stripPlaceholder = false, trim = false } = options;
  const text = stripPlaceholder ? options.caption.replaceAll(IMAGE_PLACEHOLDER, '') : options.caption;
  const caption = trim ? text.trim() : text;
  const head = tokenizer.encodeWithImages(template);
  const answer = tokenizer.encode(caption);
  return {
    inputIds: [...head, ...answer],
    labels: [...head.map(() => IGNORE_ID), ...answer],
  };
}

/**
 * A sample of stages 2 and 3 (spec 5.3). When its picture could not be read it keeps its text but teaches nothing:
 * the answer would describe a picture the model does not see.
 */
export function conversationSample(
  formatter: ConversationFormatter,
  turns: readonly Turn[],
  options: { unreadableImage?: boolean } = {},
): TextSample {
  const { inputIds, labels } = formatter.format(turns);
  return { inputIds, labels: options.unreadableImage ? labels.map(() => IGNORE_ID) : labels };
}
