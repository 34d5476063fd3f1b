import { recompute, type tf } from '@ovis/tensorflow';
import { ParamScope } from './params.ts';

type Block = (params: ParamScope, ...tensors: tf.Tensor[]) => tf.Tensor2D;

/**
 * `block(params, ...tensors)`; with `again`, its intermediate results are computed again in the backward pass instead of kept
 * (activation checkpointing). The block may read nothing but the parameters below `params` and `tensors`.
 */
export function runBlock(
  again: boolean | undefined,
  block: Block,
  params: ParamScope,
  tensors: tf.Tensor[],
): tf.Tensor2D {
  if (!again) return block(params.after(tensors[0]!), ...tensors);
  const own = params.below();
  const names = Object.keys(own);
  const onCopies = (...all: tf.Tensor[]) => {
    const copies = Object.fromEntries(names.map((name, i) => [name, all[i]!]));
    return block(new ParamScope(copies, ''), ...all.slice(names.length));
  };
  return recompute(onCopies, [...Object.values(own), ...tensors]);
}
