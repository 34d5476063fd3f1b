import type { DecoderConfig } from '../config.ts';
import { linear, ropeTables, rmsNorm, rotate, takeRows, tf } from '@ovis/tensorflow';
import type { RopeTables } from '@ovis/tensorflow';
import type { ParamScope } from '../params.ts';
import { finishLayer, textEmbeds, type LayerKeys } from './decoder.ts';

/*
 * One step of cached decoding with static shapes. The prompt's keys stay as the prefill made them; the keys of new
 * tokens live in a small second cache of fixed size, so a step rewrites only that one. Here the batch is the outermost axis of
 * keys and queries: with one row per sequence a projection is then in order as it is, and no step transposes anything.
 */

/**
 * Below this many products attention is element-wise multiplication and a sum. oneDNN's batched products and softmax hand every
 * call to the thread pool, and waking a thread takes longer (80 us) than such a product (5 to 30 us).
 */
const SMALL_PRODUCTS = 1 << 17;

export interface DecodeStepInput {
  /** int32 `[batch]`: the tokens to feed. */
  tokens: tf.Tensor1D;
  /** int32 scalar: how many tokens were fed before this one. */
  step: tf.Scalar;
  /** int32 `[batch]`: rows of each prompt; the padding behind them is never looked at. */
  promptLengths: tf.Tensor1D;
  /** Per layer `[batch, kvHeads, time, headDim]`. */
  prompt: LayerKeys[];
  /** Per layer `[batch, kvHeads, slots, headDim]`; slots not yet used are zero. */
  fresh: LayerKeys[];
}

/** Keys as the decoder makes them, `[kvHeads, batch, time, headDim]` -> as the steps take them. */
export function decodeKeys({ k, v }: LayerKeys): LayerKeys {
  const batchFirst = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [1, 0, 2, 3]);
  return { k: batchFirst(k), v: batchFirst(v) };
}

/** Returns the hidden states after the final norm `[batch, D]` and the new tokens' cache with this step's slot filled. */
export function decodeStep(
  c: DecoderConfig,
  params: ParamScope,
  input: DecodeStepInput,
): { hidden: tf.Tensor2D; fresh: LayerKeys[] } {
  const [batch, , time] = (input.prompt[0] as LayerKeys).k.shape;
  const slots = (input.fresh[0] as LayerKeys).k.shape[2];

  const all = ropeTables(time + slots, c.headDim, c.ropeTheta);
  const positions = tf.add(input.promptLengths, input.step);
  const row = (table: tf.Tensor) => tf.reshape(takeRows(table, positions), [batch, 1, 1, c.headDim]);
  const rope = { cos: row(all.cos), sin: row(all.sin) };
  const slotIds = tf.range(0, slots, 1, 'int32');
  const slot = tf.reshape(tf.cast(tf.equal(slotIds, input.step), 'float32'), [slots, 1]);
  const promptBias = forbidUnless(
    tf.less(
      tf.reshape(tf.range(0, time, 1, 'int32'), [1, time]),
      tf.reshape(input.promptLengths, [batch, 1]),
    ),
    [batch, 1, 1, time],
  );
  const freshBias = forbidUnless(tf.lessEqual(slotIds, input.step), [1, 1, 1, slots]);

  let x = textEmbeds(params, input.tokens);
  const fresh: LayerKeys[] = [];
  for (let i = 0; i < c.layers; i++) {
    const layer = params.scope(`model.layers.${i}.`);
    const { q, k, v } = project(c, layer, x, rope);
    const prompt = input.prompt[i] as LayerKeys;
    const before = input.fresh[i] as LayerKeys;
    const now: LayerKeys = {
      k: tf.add(before.k, tf.mul(k, slot)),
      v: tf.add(before.v, tf.mul(v, slot)),
    };
    fresh.push(now);
    const onPrompt = tf.add(scores(q, prompt.k), promptBias);
    const onFresh = tf.add(scores(q, now.k), freshBias);
    // One softmax over both caches, without putting them behind each other.
    const most = tf.maximum(tf.max(onPrompt, -1, true), tf.max(onFresh, -1, true));
    const p1: tf.Tensor4D = tf.exp(tf.sub(onPrompt, most));
    const p2: tf.Tensor4D = tf.exp(tf.sub(onFresh, most));
    const total = tf.add(tf.sum(p1, -1, true), tf.sum(p2, -1, true));
    const context = tf.div(tf.add(weighted(p1, prompt.v), weighted(p2, now.v)), total);
    x = finishLayer(c, layer, x, tf.reshape(context, [batch, c.heads * c.headDim]));
  }
  return { hidden: rmsNorm(x, params.get('model.norm.weight'), c.rmsNormEps), fresh };
}

/** x `[batch, D]` -> q `[batch, kvHeads, heads / kvHeads, headDim]`, scaled, and k, v `[batch, kvHeads, 1, headDim]`. */
function project(
  c: DecoderConfig,
  layer: ParamScope,
  x: tf.Tensor2D,
  rope: RopeTables,
): { q: tf.Tensor4D; k: tf.Tensor4D; v: tf.Tensor4D } {
  const self = layer.scope('self_attn.');
  const normal = rmsNorm(x, layer.get('input_layernorm.weight'), c.rmsNormEps);
  // Not one product: joining the weights would copy them at every step.
  const heads = (name: string, perGroup: number): tf.Tensor4D => {
    const bias = c.qkvBias ? self.get(`${name}.bias`) : undefined;
    const rows = linear(normal, self.get(`${name}.weight`), bias);
    return tf.reshape(rows, [x.shape[0], c.kvHeads, perGroup, c.headDim]);
  };
  return {
    q: tf.mul(rotate(heads('q_proj', c.heads / c.kvHeads), rope), c.headDim ** -0.5),
    k: rotate(heads('k_proj', 1), rope),
    v: heads('v_proj', 1),
  };
}

/** q `[batch, kvHeads, repeat, headDim]`, k `[batch, kvHeads, keys, headDim]` -> `[batch, kvHeads, repeat, keys]`. */
function scores(q: tf.Tensor4D, k: tf.Tensor4D): tf.Tensor4D {
  const [batch, kvHeads, repeat, headDim] = q.shape;
  if (k.size * repeat > SMALL_PRODUCTS) return tf.matMul(q, k, false, true);
  const pairs = tf.mul(
    tf.reshape(q, [batch * kvHeads, repeat, 1, headDim]),
    tf.reshape(k, [batch * kvHeads, 1, k.shape[2], headDim]),
  );
  return tf.reshape(tf.sum(pairs, -1), [batch, kvHeads, repeat, k.shape[2]]);
}

/** p `[batch, kvHeads, repeat, keys]`, v `[batch, kvHeads, keys, headDim]` -> `[batch, kvHeads, repeat, headDim]`. */
function weighted(p: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [batch, kvHeads, repeat, keys] = p.shape;
  const headDim = v.shape[3];
  if (v.size * repeat > SMALL_PRODUCTS) return tf.matMul(p, v);
  const parts = tf.mul(
    tf.reshape(p, [batch * kvHeads, repeat, keys, 1]),
    tf.reshape(v, [batch * kvHeads, 1, keys, headDim]),
  );
  return tf.reshape(tf.sum(parts, 2), [batch, kvHeads, repeat, headDim]);
}

/** 0 where `allowed`, a large negative number elsewhere. */
function forbidUnless(allowed: tf.Tensor, shape: [number, number, number, number]): tf.Tensor4D {
  return tf.reshape(tf.mul(tf.sub(tf.cast(allowed, 'float32'), 1), 1e9), shape);
}
