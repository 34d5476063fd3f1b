import type { DecoderConfig } from '../config/index.ts';
import {
  linear,
  ropeTables,
  rmsNorm,
  rotate,
  siluTimes,
  takeRows,
  tf,
  updateSlice,
  whileLoop,
} from '@ovis/tensorflow';
import type { ParamScope } from '../params.ts';
import type { LayerKeys } from './decoder.ts';

/*
 * Greedy decoding as one loop with static shapes: one cache per layer holds the prompt's keys and behind them a slot for each
 * new token. Here the batch is the outermost axis of keys and queries: with one row per sequence a projection is then in order
 * as it is, and no step transposes anything.
 */

export interface DecodeInput {
  /** int32 `[batch]`: the first new tokens, which the prompts gave. */
  tokens: tf.Tensor1D;
  /** int32 `[batch]`: rows of each prompt; the padding behind them is never looked at. */
  promptLengths: tf.Tensor1D;
  /** Per layer, as the prefill makes them: `[kvHeads, batch, time, headDim]`. */
  prompt: LayerKeys[];
  /** bool `[batch]`: sequences that nobody waits for. */
  idle: tf.Tensor1D;
  /** int32 `[n]`: tokens after which a sequence needs no more. */
  ends: tf.Tensor1D;
  /** int32 scalar: how many tokens are wanted, `slots + 1` at most. */
  limit: tf.Scalar;
  /** Slots of the cache for new tokens. */
  slots: number;
}

interface LoopState {
  step: tf.Scalar;
  tokens: tf.Tensor1D;
  done: tf.Tensor1D;
  /** int32 `[slots + 1, batch]` */
  made: tf.Tensor2D;
  cache: LayerKeys[];
}

/** One layer's parameters, as they are: joining those of one input would copy them. */
interface LayerWeights {
  norm1: tf.Tensor;
  q: Linear;
  k: Linear;
  v: Linear;
  output: Linear;
  norm2: tf.Tensor;
  gate: Linear;
  up: Linear;
  down: Linear;
}

interface Linear {
  weight: tf.Tensor;
  bias?: tf.Tensor;
}

interface LoopConstants {
  layers: LayerWeights[];
  embedding: tf.Tensor;
  norm: tf.Tensor;
  head: tf.Tensor;
  cos: tf.Tensor;
  sin: tf.Tensor;
  promptLengths: tf.Tensor1D;
  ends: tf.Tensor1D;
  limit: tf.Scalar;
}

/**
 * Feeds each sequence its own best next token until all have made one of `ends` or there are `limit`. Returns int32
 * `[slots + 1, batch]`, the given first tokens included; rows behind the last step are zero.
 */
export function decodeLoop(c: DecoderConfig, params: ParamScope, input: DecodeInput): tf.Tensor2D {
  const { tokens, promptLengths, idle, ends, limit, slots } = input;
  const [, batch, time] = (input.prompt[0] as LayerKeys).k.shape;
  const { cos, sin } = ropeTables(time + slots, c.headDim, c.ropeTheta);
  const embedding = params.get('model.embed_tokens.weight');
  const constants: LoopConstants = {
    layers: input.prompt.map((_, i) => layerWeights(c, params.scope(`model.layers.${i}.`))),
    embedding,
    norm: params.get('model.norm.weight'),
    head: params.optional('lm_head.weight') ?? embedding,
    cos,
    sin,
    promptLengths,
    ends,
    limit,
  };
  const room = (x: tf.Tensor4D): tf.Tensor4D =>
    tf.concat([tf.transpose(x, [1, 0, 2, 3]), tf.zeros([batch, c.kvHeads, slots, c.headDim])], 2);
  const first = tf.reshape(tokens, [1, batch]);
  const state: LoopState = {
    step: tf.scalar(0, 'int32'),
    tokens,
    done: tf.logicalOr(idle, isEnd(tokens, ends)),
    made: tf.concat([first, tf.zeros([slots, batch], 'int32')]) as tf.Tensor2D,
    cache: input.prompt.map(({ k, v }) => ({ k: room(k), v: room(v) })),
  };
  const loop = {
    name: 'decode',
    condition: (s: LoopState, { limit }: LoopConstants): tf.Scalar =>
      tf.logicalAnd(tf.less(after(s.step, 1), limit), tf.logicalNot(tf.all(s.done))),
    body: (s: LoopState, k: LoopConstants) => decodeStep(c, time, s, k),
  };
  return whileLoop(loop, state, constants).made;
}

function layerWeights(c: DecoderConfig, layer: ParamScope): LayerWeights {
  const named = (name: string, biased = false): Linear => ({
    weight: layer.get(`${name}.weight`),
    ...(biased ? { bias: layer.get(`${name}.bias`) } : {}),
  });
  return {
    norm1: layer.get('input_layernorm.weight'),
    q: named('self_attn.q_proj', c.qkvBias),
    k: named('self_attn.k_proj', c.qkvBias),
    v: named('self_attn.v_proj', c.qkvBias),
    output: named('self_attn.o_proj', c.outputBias),
    norm2: layer.get('post_attention_layernorm.weight'),
    gate: named('mlp.gate_proj'),
    up: named('mlp.up_proj'),
    down: named('mlp.down_proj'),
  };
}

function decodeStep(c: DecoderConfig, time: number, state: LoopState, k: LoopConstants): LoopState {
  const { step, tokens } = state;
  const [batch, , total] = (state.cache[0] as LayerKeys).k.shape;
  const slot = after(step, time);
  const positions = tf.add(k.promptLengths, step);
  const row = (table: tf.Tensor) => tf.reshape(takeRows(table, positions), [batch, 1, 1, c.headDim]);
  const rope = { cos: row(k.cos), sin: row(k.sin) };
  const at = tf.reshape(tf.range(0, total, 1, 'int32'), [1, total]);
  const visible = tf.logicalOr(
    tf.less(at, tf.reshape(k.promptLengths, [batch, 1])),
    tf.logicalAnd(tf.greaterEqual(at, time), tf.lessEqual(at, slot)),
  );
  const bias = tf.reshape(tf.mul(tf.sub(tf.cast(visible, 'float32'), 1), 1e9), [batch, 1, 1, total]);

  let x = takeRows(k.embedding, tokens) as tf.Tensor2D;
  const cache = state.cache.map((before, i) => {
    const w = k.layers[i] as LayerWeights;
    const normal = rmsNorm(x, w.norm1, c.rmsNormEps);
    const heads = ({ weight, bias }: Linear, perGroup: number) =>
      tf.reshape(linear(normal, weight, bias), [batch, c.kvHeads, perGroup, c.headDim]) as tf.Tensor4D;
    const q = tf.mul(rotate(heads(w.q, c.heads / c.kvHeads), rope), c.headDim ** -0.5);
    const newK = rotate(heads(w.k, 1), rope);
    const newV = heads(w.v, 1);
    const now: LayerKeys = {
      k: updateSlice(before.k, newK, 2, slot),
      v: updateSlice(before.v, newV, 2, slot),
    };
    const weights = tf.softmax(tf.add(tf.matMul(q, now.k, false, true), bias), -1);
    const context = tf.reshape(tf.matMul(weights, now.v), [batch, c.heads * c.headDim]) as tf.Tensor2D;
    const attended = tf.add(x, linear(context, w.output.weight, w.output.bias)) as tf.Tensor2D;
    const normal2 = rmsNorm(attended, w.norm2, c.rmsNormEps);
    const active = siluTimes(linear(normal2, w.gate.weight), linear(normal2, w.up.weight));
    x = tf.add(attended, linear(active, w.down.weight));
    return now;
  });
  const next = tf.argMax(linear(rmsNorm(x, k.norm, c.rmsNormEps), k.head), -1) as tf.Tensor1D;
  return {
    step: after(step, 1),
    tokens: next,
    done: tf.logicalOr(state.done, isEnd(next, k.ends)),
    made: updateSlice(state.made, tf.reshape(next, [1, batch]), 0, after(step, 1)),
    cache,
  };
}

/** bool `[batch]`: whether a token is one of `ends`. */
function isEnd(tokens: tf.Tensor1D, ends: tf.Tensor1D): tf.Tensor1D {
  return tf.any(tf.equal(tf.expandDims(tokens, 1), tf.expandDims(ends, 0)), 1);
}

/** A count of steps plus a number (TF.js takes a plain number for a float). */
function after(step: tf.Scalar, count: number): tf.Scalar {
  return tf.add(step, tf.scalar(count, 'int32'));
}
