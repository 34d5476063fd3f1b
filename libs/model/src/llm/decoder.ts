import type { DecoderConfig } from '../config/index.ts';
import {
  attend,
  causalBias,
  groupQueries,
  joinHeads,
  linear,
  paddingBias,
  rmsNorm,
  ropeTables,
  type RopeTables,
  rotate,
  segmentBias,
  splitHeads,
  takeRows,
  tf,
  windowBias,
} from '@ovis/tensorflow';
import { runBlock } from '../checkpoint.ts';
import { asFloat32, type ParamScope, type Tap } from '../params.ts';
import {
  finishLayer,
  layerWeights,
  type LayerWeights,
  logitsOf,
  normWeight,
  scaleEmbeds,
  windowOf,
} from './layer.ts';

/** Keys and values of one layer, rotated: `[kvHeads, batch, time, headDim]` each. */
export interface LayerKeys {
  k: tf.Tensor4D;
  v: tf.Tensor4D;
}

export interface DecoderInput {
  /** Rows of the merged sequence, `[batch*time, D]`. */
  embeds: tf.Tensor2D;
  batch: number;
  time: number;
  /** int32 `[batch, time]`, 0 = padding. Without it every position counts. */
  attentionMask?: tf.Tensor2D;
  /**
   * int32 `[batch, time]`: several samples packed into one row. A position sees earlier ones with the same number only; 0 = padding.
   */
  segments?: tf.Tensor2D;
  /** int32 `[batch, time]`, each in [0, time): positions for the rotation, which begin anew with each segment. Default: 0..time-1. */
  positions?: tf.Tensor2D;
  /** int32 `[m]`: rows of the flattened output that are wanted. The last layer and the final norm run on them alone. */
  rows?: tf.Tensor1D;
  /** Compute each layer again in the backward pass instead of keeping what it needs. */
  recompute?: boolean;
  /** Receives the keys and values of each layer (generation's prefill). */
  keep?: (layer: number, keys: LayerKeys) => void;
  tap?: Tap;
}

/**
 * Decoder of the Llama, Qwen2 and Gemma 2 families (spec 2.6): RMSNorm, rotary positions, grouped-query attention, a gated MLP; layer.ts
 * has what differs. `params` is the scope of the LLM (`llm.`). Returns the hidden states after the final norm: `[batch*time, D]`, or
 * `[m, D]` with `rows`.
 */
export function decoderForward(c: DecoderConfig, params: ParamScope, input: DecoderInput): tf.Tensor2D {
  const { batch, time, tap } = input;
  const rope = ropeAt(ropeTables(time, c.headDim, c.ropeTheta, c.ropeScaling), input.positions);
  const full = attentionBias(input);
  const windowed = c.slidingWindow !== undefined && c.slidingWindow < time;
  const near = windowed ? tf.add(full, windowBias(time, c.slidingWindow!)) : full;

  let x = scaleEmbeds(c, input.embeds);
  tap?.('llm.hidden_states.0', x);
  for (let i = 0; i < c.layers; i++) {
    const wanted = i === c.layers - 1 ? input.rows : undefined;
    const block = (layer: ParamScope, ...[x, cos, sin, bias, rows]: tf.Tensor[]): tf.Tensor2D => {
      const w = layerWeights(c, layer);
      const o = { batch, time, rope: { cos: cos!, sin: sin! } };
      const { q, k, v } = projectHeads(c, w, x as tf.Tensor2D, o);
      input.keep?.(i, { k, v });
      const joined = joinHeads(attend(groupQueries(q, c.kvHeads), k, v, bias, c.attentionSoftcap), c.heads);
      const taken = (t: tf.Tensor) => (rows ? takeRows(t, rows) : t) as tf.Tensor2D;
      return finishLayer(c, w, taken(x!), taken(joined));
    };
    const bias = windowOf(c, i) === undefined ? full : near;
    const tensors = [x, rope.cos, rope.sin, bias, ...(wanted ? [wanted] : [])];
    x = runBlock(input.recompute && !input.keep, block, params.scope(`model.layers.${i}.`), tensors);
    if (i < c.layers - 1) tap?.(`llm.hidden_states.${i + 1}`, x);
  }
  const hidden = rmsNorm(x, normWeight(c, params.get('model.norm.weight')), c.rmsNormEps);
  tap?.(`llm.hidden_states.${c.layers}`, hidden);
  return hidden;
}

/** What positions may see: `[time, time]` or `[batch, time, time]`. */
function attentionBias({ time, attentionMask, segments }: DecoderInput): tf.Tensor {
  let bias: tf.Tensor = causalBias(time);
  if (segments) bias = tf.add(bias, segmentBias(segments));
  return attentionMask ? tf.add(bias, paddingBias(attentionMask)) : bias;
}

/** The rows of the tables at given positions, `[batch, time, headDim]`. */
function ropeAt(tables: RopeTables, positions?: tf.Tensor2D): RopeTables {
  if (!positions) return tables;
  return { cos: takeRows(tables.cos, positions), sin: takeRows(tables.sin, positions) };
}

/** Logits `[m, vocab]` of hidden states `[m, D]`; without an `lm_head` the embedding table serves (tied, spec 7.2). */
export function vocabularyLogits(c: DecoderConfig, params: ParamScope, hidden: tf.Tensor2D): tf.Tensor2D {
  const held = params.asHeld();
  return logitsOf(c, hidden, held.optional('lm_head.weight') ?? held.get('model.embed_tokens.weight'));
}

/** Rows of the LLM's own embedding table: ids int32 of any shape -> `[ids.size, D]`. */
export function textEmbeds(params: ParamScope, ids: tf.Tensor): tf.Tensor2D {
  const rows = takeRows(params.held('model.embed_tokens.weight'), tf.reshape(ids, [ids.size]));
  return asFloat32(rows) as tf.Tensor2D;
}

/**
 * First half of a layer: norm, one fused q-k-v product, rotation. x `[batch*time, D]` -> q `[heads, batch, time, headDim]`
 * (scale of the scores inside), k and v `[kvHeads, batch, time, headDim]`.
 */
function projectHeads(
  c: DecoderConfig,
  w: LayerWeights,
  x: tf.Tensor2D,
  o: { batch: number; time: number; rope: RopeTables },
): { q: tf.Tensor4D; k: tf.Tensor4D; v: tf.Tensor4D } {
  const normal = rmsNorm(x, w.attentionNorm, c.rmsNormEps);
  const joined = ([q, k, v]: [tf.Tensor, tf.Tensor, tf.Tensor]) => tf.concat([tf.mul(q, c.queryScale), k, v]);
  const weight = joined([w.q.weight, w.k.weight, w.v.weight]);
  const bias = w.q.bias && joined([w.q.bias, w.k.bias!, w.v.bias!]);
  const heads = splitHeads(linear(normal, weight, bias), c.heads + 2 * c.kvHeads, o.batch, o.time);
  const [qk, v] = tf.split(heads, [c.heads + c.kvHeads, c.kvHeads], 0) as [tf.Tensor4D, tf.Tensor4D];
  const [q, k] = tf.split(rotate(qk, o.rope), [c.heads, c.kvHeads], 0) as [tf.Tensor4D, tf.Tensor4D];
  return { q, k, v };
}
