import type { DecoderConfig } from '../config/index.ts';
import {
  linear,
  ropeTables,
  rmsNorm,
  rotate,
  softcap,
  takeRows,
  tf,
  updateSlice,
  whileLoop,
} from '@ovis/tensorflow';
import { asFloat32, type ParamScope } from '../params.ts';
import { type Choice, chooseTokens, markSeen } from './choose-tokens.ts';
import type { LayerKeys } from './decoder.ts';
import {
  finishLayer,
  floatWeights,
  layerWeights,
  type LayerWeights,
  type Linear,
  logitsOf,
  normWeight,
  scaleEmbeds,
  windowOf,
} from './layer.ts';

/*
 * Decoding as one loop with static shapes: one cache per layer holds the prompt's keys and behind them a slot for each
 * new token. Here the batch is the outermost axis of keys and queries: with one row per sequence a projection is then in order
 * as it is, and no step transposes anything.
 */

/** What the first round begins with. */
export interface DecodeStart {
  /** int32 `[batch]`: the first new tokens, which the prompts gave. */
  tokens: tf.Tensor1D;
  /** Per layer, as the prefill makes them: `[kvHeads, batch, time, headDim]`. */
  prompt: LayerKeys[];
  /** bool `[batch]`: sequences that nobody waits for. */
  idle: tf.Tensor1D;
  /** int32 `[n]`: tokens after which a sequence needs no more. */
  ends: tf.Tensor1D;
  /** Slots of the cache for new tokens. */
  slots: number;
  /** Whether the choice wants to know which tokens there were. */
  penalised: boolean;
}

/** What no round changes. */
export interface DecodeInput {
  /** int32 `[batch]`: rows of each prompt; the padding behind them is never looked at. */
  promptLengths: tf.Tensor1D;
  /** Rows that the prompts take in the cache. */
  time: number;
  ends: tf.Tensor1D;
  /** int32 scalar: how many tokens are wanted in all, `slots + 1` at most. */
  limit: tf.Scalar;
  choice: Choice;
}

export interface DecodeState {
  /** Tokens made behind the first ones. */
  step: tf.Scalar;
  tokens: tf.Tensor1D;
  done: tf.Tensor1D;
  /** int32 `[slots + 1, batch]`, the first tokens included; rows behind the last step are zero. */
  made: tf.Tensor2D;
  /** `[batch, kvHeads, time + slots, headDim]` */
  cache: LayerKeys[];
  /** bool `[batch, vocab]`: tokens made so far. */
  seen?: tf.Tensor2D;
}

interface LoopConstants extends Omit<DecodeInput, 'time'> {
  layers: LayerWeights[];
  embedding: tf.Tensor;
  norm: tf.Tensor;
  head: tf.Tensor;
  cos: tf.Tensor;
  sin: tf.Tensor;
  /** int32 `[1, time + slots]`: 0, 1, 2 ... */
  at: tf.Tensor2D;
}

/** The state before the first round: the prompts' keys with room behind them. */
export function startDecoding(c: DecoderConfig, input: DecodeStart): DecodeState {
  const { tokens, slots } = input;
  const batch = tokens.size;
  const room = (x: tf.Tensor4D): tf.Tensor4D =>
    tf.concat([tf.transpose(x, [1, 0, 2, 3]), tf.zeros([batch, c.kvHeads, slots, c.headDim])], 2);
  const made = tf.concat([tf.reshape(tokens, [1, batch]), tf.zeros([slots, batch], 'int32')]);
  return {
    step: tf.scalar(0, 'int32'),
    tokens,
    done: tf.logicalOr(input.idle, isEnd(tokens, input.ends)),
    made: made as tf.Tensor2D,
    cache: input.prompt.map(({ k, v }) => ({ k: room(k), v: room(v) })),
    ...(input.penalised && { seen: markSeen(tf.zeros([batch, c.vocabSize], 'bool'), tokens) }),
  };
}

/** Feeds each sequence its own next token until all have made one of `ends` or there are `limit`. */
export function decodeLoop(
  c: DecoderConfig,
  params: ParamScope,
  state: DecodeState,
  input: DecodeInput,
): DecodeState {
  const { time, ...rest } = input;
  const total = (state.cache[0] as LayerKeys).k.shape[2];
  const { cos, sin } = ropeTables(total, c.headDim, c.ropeTheta, c.ropeScaling);
  // Weights that are held as bfloat16 stay so between the steps.
  const held = params.asHeld();
  const embedding = held.get('model.embed_tokens.weight');
  const constants: LoopConstants = {
    ...rest,
    layers: state.cache.map((_, i) => layerWeights(c, held.scope(`model.layers.${i}.`))),
    embedding,
    norm: normWeight(c, params.get('model.norm.weight')),
    head: held.optional('lm_head.weight') ?? embedding,
    cos,
    sin,
    at: tf.reshape(tf.range(0, total, 1, 'int32'), [1, total]),
  };
  const loop = {
    name: 'decode',
    condition: (s: DecodeState, { limit }: LoopConstants): tf.Scalar =>
      tf.logicalAnd(tf.less(after(s.step, 1), limit), tf.logicalNot(tf.all(s.done))),
    body: (s: DecodeState, k: LoopConstants) => decodeStep(c, time, s, k),
  };
  return whileLoop(loop, state, constants);
}

function decodeStep(c: DecoderConfig, time: number, state: DecodeState, k: LoopConstants): DecodeState {
  const { step, tokens } = state;
  const batch = tokens.size;
  const slot = after(step, time);
  const positions = tf.add(k.promptLengths, step);
  const row = (table: tf.Tensor) => tf.reshape(takeRows(table, positions), [batch, 1, 1, c.headDim]);
  const rope = { cos: row(k.cos), sin: row(k.sin) };
  const bias = visibility(c, time, slot, positions, k);

  let x = scaleEmbeds(c, asFloat32(takeRows(k.embedding, tokens)) as tf.Tensor2D);
  const cache = state.cache.map((before, i) => {
    const w = floatWeights(k.layers[i] as LayerWeights, x);
    const normal = rmsNorm(x, w.attentionNorm, c.rmsNormEps);
    const heads = ({ weight, bias }: Linear, perGroup: number) =>
      tf.reshape(linear(normal, weight, bias), [batch, c.kvHeads, perGroup, c.headDim]) as tf.Tensor4D;
    const q = tf.mul(rotate(heads(w.q, c.heads / c.kvHeads), rope), c.queryScale);
    const newK = rotate(heads(w.k, 1), rope);
    const newV = heads(w.v, 1);
    const now: LayerKeys = {
      k: updateSlice(before.k, newK, 2, slot),
      v: updateSlice(before.v, newV, 2, slot),
    };
    const product: tf.Tensor = tf.matMul(q, now.k, false, true);
    const scores = c.attentionSoftcap === undefined ? product : softcap(product, c.attentionSoftcap);
    const weights = tf.softmax(tf.add(scores, windowOf(c, i) === undefined ? bias.full : bias.near), -1);
    const context = tf.reshape(tf.matMul(weights, now.v), [batch, c.heads * c.headDim]) as tf.Tensor2D;
    x = finishLayer(c, w, x, context);
    return now;
  });
  const logits = logitsOf(c, rmsNorm(x, k.norm, c.rmsNormEps), k.head);
  const next = chooseTokens(logits, k.choice, { at: after(step, 1), seen: state.seen });
  return {
    step: after(step, 1),
    tokens: next,
    done: tf.logicalOr(state.done, isEnd(next, k.ends)),
    made: updateSlice(state.made, tf.reshape(next, [1, batch]), 0, after(step, 1)),
    cache,
    ...(state.seen && { seen: markSeen(state.seen, next) }),
  };
}

/** `[batch, 1, 1, total]` each: 0 at the places of the cache that a query sees, -1e9 elsewhere; `near` in layers with a window. */
function visibility(
  c: DecoderConfig,
  time: number,
  slot: tf.Scalar,
  positions: tf.Tensor,
  { at, promptLengths }: LoopConstants,
): { full: tf.Tensor; near: tf.Tensor } {
  const [batch, total] = [positions.size, at.size];
  const lengths = tf.reshape(promptLengths, [batch, 1]);
  const isNew = tf.greaterEqual(at, tf.scalar(time, 'int32'));
  const filled = tf.logicalOr(tf.less(at, lengths), tf.logicalAnd(isNew, tf.lessEqual(at, slot)));
  const bias = (visible: tf.Tensor) =>
    tf.reshape(tf.mul(tf.sub(tf.cast(visible, 'float32'), 1), 1e9), [batch, 1, 1, total]);
  const full = bias(filled);
  if (c.slidingWindow === undefined || c.slidingWindow >= total) return { full, near: full };
  // The place of a new token in the cache is not its position: prompts are padded between.
  const padding = tf.sub(tf.scalar(time, 'int32'), lengths);
  const position = tf.sub(at, tf.mul(tf.cast(isNew, 'int32'), padding));
  const oldest = tf.sub(tf.reshape(positions, [batch, 1]), tf.scalar(c.slidingWindow - 1, 'int32'));
  return { full, near: bias(tf.logicalAnd(filled, tf.greaterEqual(position, oldest))) };
}

/** bool `[batch]`: whether a token is one of `ends`. */
function isEnd(tokens: tf.Tensor1D, ends: tf.Tensor1D): tf.Tensor1D {
  return tf.any(tf.equal(tf.expandDims(tokens, 1), tf.expandDims(ends, 0)), 1);
}

/** A count of steps plus a number (TF.js takes a plain number for a float). */
function after(step: tf.Scalar, count: number): tf.Scalar {
  return tf.add(step, tf.scalar(count, 'int32'));
}
