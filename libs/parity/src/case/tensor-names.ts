import { ParityError } from '../errors.ts';
import type { CaseTensors } from './files.ts';

/** Tensors of `forward.safetensors`: what goes in, and what comes out of each part. */
const FORWARD = [
  /^in\.(input_ids|attention_mask|labels|pixel_values)$/,
  /^out\.vit\.(hidden_states\.\d+|last_hidden_state|embeddings|layer\.\d+)$/,
  /^out\.visual\.(features|logits|tokens|embeds)$/,
  /^out\.merged\.(inputs_embeds|attention_mask|labels)$/,
  /^out\.llm\.(hidden_states\.\d+|logits|logits\.rows)$/,
  /^out\.loss$/,
];

const TRUNCATED = [/^out\.merged\.(inputs_embeds|attention_mask|labels)$/, /^out\.loss$/];

const TOKENIZE = [
  /^logits$/,
  /^tokens\.(softmax|st_argmax)$/,
  /^gumbel\.(noise|tokens\.tau\d+(\.\d+)?)$/,
  /^forward\.(softmax|st_argmax)$/,
];

/** Which tensor names each file may have; parameters are held against the model's own names. */
export const allowed = {
  forward: matches(FORWARD),
  truncated: matches(TRUNCATED),
  tokenize: matches(TOKENIZE),
  images: (pictures: readonly string[]) => (name: string) =>
    pictures.some((picture) => new RegExp(`^image\\.${escaped(picture)}(\\.\\d+)?$`).test(name)),
  gradients: (parameters: ReadonlySet<string>) => (name: string) => parameters.has(name),
  stage: (parameters: ReadonlySet<string>) => (name: string) =>
    /^(init|final)\./.test(name) && parameters.has(name.slice(name.indexOf('.') + 1)),
};

function matches(patterns: readonly RegExp[]): (name: string) => boolean {
  return (name) => patterns.some((pattern) => pattern.test(name));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @throws ParityError UNKNOWN naming the tensors that `file` must not have */
export function checkTensorNames(
  file: string,
  tensors: CaseTensors,
  isKnown: (name: string) => boolean,
): void {
  const unknown = Object.keys(tensors).filter((name) => !isKnown(name));
  if (unknown.length === 0) return;
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
  throw new ParityError(
    'UNKNOWN',
    `${file}: unknown ${unknown.length === 1 ? 'tensor' : 'tensors'} ${unknown.slice(0, 5).join(', ')}${more}`,
    'Nothing would be compared with it: take it out, or teach libs/parity what it means.',
  );
}
