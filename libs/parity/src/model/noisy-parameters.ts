import type { ParityCase } from '../case/parity-case.ts';
import { goldenNames } from './golden-names.ts';

/** Keys' biases of the towers: softmax takes out what is added to all scores of a query, so that their true gradient is zero. */
const KEY_BIAS = /^(visual_tokenizer\.backbone|model\.vision_tower)\..*\.k_proj\.bias$/;

/** Parameters whose gradient is nothing but rounding: those that the case lists, and those of which theory says it. */
export function noisyParameters(c: ParityCase): ReadonlySet<string> {
  const listed = (c.forward ?? c.nativeForward)?.params_with_noise_only_grad ?? [];
  return new Set([...listed, ...goldenNames(c.config).parameters.filter((name) => KEY_BIAS.test(name))]);
}
