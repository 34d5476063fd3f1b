import type { DecoderConfig } from '../config.ts';
import { groupQueries, joinHeads, rmsNorm, ropeTables, takeRows, tf } from '@ovis/tensorflow';
import type { ParamScope } from '../params.ts';
import { finishLayer, projectHeads, textEmbeds, type LayerKeys } from './decoder.ts';

/*
 * One step of cached decoding with static shapes. The prompt's keys stay as the prefill made them; the keys of new
 * tokens live in a small second cache of fixed size, so a step rewrites only that one.
 */

export interface DecodeStepInput {
  /** int32 `[batch]`: the tokens to feed. */
  tokens: tf.Tensor1D;
  /** int32 scalar: how many tokens were fed before this one. */
  step: tf.Scalar;
  /** int32 `[batch]`: rows of each prompt; the padding behind them is never looked at. */
  promptLengths: tf.Tensor1D;
  /** Per layer `[kvHeads, batch, time, headDim]`. */
  prompt: LayerKeys[];
  /** Per layer `[kvHeads, batch, slots, headDim]`; slots not yet used are zero. */
  fresh: LayerKeys[];
}

/** Returns the hidden states after the final norm `[batch, D]` and the new tokens' cache with this step's slot filled. */
export function decodeStep(
  c: DecoderConfig,
  params: ParamScope,
  input: DecodeStepInput,
): { hidden: tf.Tensor2D; fresh: LayerKeys[] } {
  const first = input.prompt[0] as LayerKeys;
  const batch = first.k.shape[1];
  const time = first.k.shape[2];
  const slots = (input.fresh[0] as LayerKeys).k.shape[2];

  const all = ropeTables(time + slots, c.headDim, c.ropeTheta);
  const positions = tf.add(input.promptLengths, input.step);
  const shape = [batch, 1, c.headDim];
  const rope = {
    cos: tf.reshape(takeRows(all.cos, positions), shape),
    sin: tf.reshape(takeRows(all.sin, positions), shape),
  };
  const slotIds = tf.range(0, slots, 1, 'int32');
  const slot = tf.reshape(tf.cast(tf.equal(slotIds, input.step), 'float32'), [slots, 1]);
  const promptBias = forbidUnless(
    tf.less(
      tf.reshape(tf.range(0, time, 1, 'int32'), [1, time]),
      tf.reshape(input.promptLengths, [batch, 1]),
    ),
    [batch, 1, time],
  );
  const freshBias = forbidUnless(tf.lessEqual(slotIds, input.step), [1, 1, slots]);
  const bias = tf.concat([promptBias, tf.broadcastTo(freshBias, [batch, 1, slots])], -1);

  let x = textEmbeds(params, input.tokens);
  const fresh: LayerKeys[] = [];
  for (let i = 0; i < c.layers; i++) {
    const layer = params.scope(`model.layers.${i}.`);
    const { q, k, v } = projectHeads(c, layer, x, { batch, time: 1, rope });
    const prompt = input.prompt[i] as LayerKeys;
    const before = input.fresh[i] as LayerKeys;
    const now: LayerKeys = {
      k: tf.add(before.k, tf.mul(k, slot)),
      v: tf.add(before.v, tf.mul(v, slot)),
    };
    fresh.push(now);
    const grouped = groupQueries(q, c.kvHeads);
    const scores = tf.concat(
      [tf.matMul(grouped, prompt.k, false, true), tf.matMul(grouped, now.k, false, true)],
      -1,
    );
    const weights = tf.softmax(tf.add(scores, bias), -1);
    const [onPrompt, onFresh] = tf.split(weights, [time, slots], -1) as [tf.Tensor4D, tf.Tensor4D];
    const context = tf.add(tf.matMul(onPrompt, prompt.v), tf.matMul(onFresh, now.v)) as tf.Tensor4D;
    x = finishLayer(c, layer, x, joinHeads(context, c.heads));
  }
  return { hidden: rmsNorm(x, params.get('model.norm.weight'), c.rmsNormEps), fresh };
}

/** 0 where `allowed`, a large negative number elsewhere. */
function forbidUnless(allowed: tf.Tensor, shape: [number, number, number]): tf.Tensor3D {
  return tf.reshape(tf.mul(tf.sub(tf.cast(allowed, 'float32'), 1), 1e9), shape);
}
