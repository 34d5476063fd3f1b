import type { DecoderConfig } from '../config/index.ts';
import { geluTanhTimes, linear, rmsNorm, siluTimes, softcap, tf } from '@ovis/tensorflow';
import { asFloat32, notBefore, type ParamScope } from '../params.ts';

/*
 * What a decoder layer is made of, for whole sequences (decoder.ts) and for one token at a time (decode-loop.ts). Where the families
 * differ is here: Gemma's norms multiply by 1 + w and there are four of them, its GLU has a tanh-GELU, its embeddings are scaled.
 */

export interface Linear {
  weight: tf.Tensor;
  bias?: tf.Tensor;
}

/** One layer's parameters, as they are: joining those of one input would copy them. Norms are what rows are multiplied with. */
export interface LayerWeights {
  attentionNorm: tf.Tensor;
  q: Linear;
  k: Linear;
  v: Linear;
  output: Linear;
  /** Gemma 2: of the attention's output, before it is added. */
  attentionOutputNorm?: tf.Tensor;
  mlpNorm: tf.Tensor;
  gate: Linear;
  up: Linear;
  down: Linear;
  /** Gemma 2: of the GLU's output, before it is added. */
  mlpOutputNorm?: tf.Tensor;
}

export function layerWeights(c: DecoderConfig, layer: ParamScope): LayerWeights {
  const norm = (name: string) => normWeight(c, layer.get(`${name}.weight`));
  const named = (name: string, biased = false): Linear => ({
    weight: layer.get(`${name}.weight`),
    ...(biased ? { bias: layer.get(`${name}.bias`) } : {}),
  });
  const norms = c.gemma
    ? {
        attentionOutputNorm: norm('post_attention_layernorm'),
        mlpNorm: norm('pre_feedforward_layernorm'),
        mlpOutputNorm: norm('post_feedforward_layernorm'),
      }
    : { mlpNorm: norm('post_attention_layernorm') };
  return {
    attentionNorm: norm('input_layernorm'),
    q: named('self_attn.q_proj', c.qkvBias),
    k: named('self_attn.k_proj', c.qkvBias),
    v: named('self_attn.v_proj', c.qkvBias),
    output: named('self_attn.o_proj', c.outputBias),
    gate: named('mlp.gate_proj'),
    up: named('mlp.up_proj'),
    down: named('mlp.down_proj'),
    ...norms,
  };
}

/** The layer's matrices as float32, not before `after` is there. */
export function floatWeights(w: LayerWeights, after: tf.Tensor): LayerWeights {
  const float = (linear: Linear): Linear => ({ ...linear, weight: asFloat32(linear.weight, after) });
  const [q, k, v, output] = [w.q, w.k, w.v, w.output].map(float) as [Linear, Linear, Linear, Linear];
  const [gate, up, down] = [w.gate, w.up, w.down].map(float) as [Linear, Linear, Linear];
  return { ...w, q, k, v, output, gate, up, down };
}

/** What a norm multiplies with: w, in Gemma 1 + w. */
export function normWeight(c: DecoderConfig, weight: tf.Tensor): tf.Tensor {
  return c.gemma ? tf.add(weight, 1) : weight;
}

/** Gemma multiplies all rows of its input by sqrt(D), visual ones too (spec 12.4). */
export function scaleEmbeds(c: DecoderConfig, embeds: tf.Tensor2D): tf.Tensor2D {
  return c.gemma ? tf.mul(embeds, Math.sqrt(c.hiddenSize)) : embeds;
}

/** The window of a layer, if it has one: in Gemma 2 every other layer, the first one included. */
export function windowOf(c: DecoderConfig, layer: number): number | undefined {
  return layer % 2 === 0 ? c.slidingWindow : undefined;
}

/** Second half of a layer: output projection, residual, norm, GLU, residual. x and the heads' `joined` output have the same rows. */
export function finishLayer(
  c: DecoderConfig,
  w: LayerWeights,
  x: tf.Tensor2D,
  joined: tf.Tensor2D,
): tf.Tensor2D {
  const normed = (y: tf.Tensor2D, norm?: tf.Tensor) => (norm ? rmsNorm(y, norm, c.rmsNormEps) : y);
  const projected = linear(joined, w.output.weight, w.output.bias);
  const attended = tf.add(x, normed(projected, w.attentionOutputNorm)) as tf.Tensor2D;
  const normal = rmsNorm(attended, w.mlpNorm, c.rmsNormEps);
  const times = c.activation === 'silu' ? siluTimes : geluTanhTimes;
  const active = times(linear(normal, w.gate.weight), linear(normal, w.up.weight));
  return tf.add(attended, normed(linear(active, w.down.weight), w.mlpOutputNorm));
}

/** Logits `[m, vocab]` of normalised hidden states `[m, D]` and the table or `lm_head` `[vocab, D]`, as it is held. */
export function logitsOf(c: DecoderConfig, hidden: tf.Tensor2D, head: tf.Tensor): tf.Tensor2D {
  const logits = head.dtype === 'float32' ? linear(hidden, head) : heldLogits(hidden, head);
  return c.logitSoftcap === undefined ? logits : softcap(logits, c.logitSoftcap);
}

/** Rows of the largest matrix that are float32 at the same time. */
const HELD_ROWS = 8192;

/** {@link linear} with a matrix that is held as bfloat16, block by block of its rows. */
function heldLogits(hidden: tf.Tensor2D, head: tf.Tensor): tf.Tensor2D {
  const [vocab = 0, width = 0] = head.shape;
  const blocks: tf.Tensor2D[] = [];
  for (let row = 0; row < vocab; row += HELD_ROWS) {
    const now = notBefore(head, blocks.at(-1) ?? hidden);
    const rows = tf.slice(now, [row, 0], [Math.min(HELD_ROWS, vocab - row), width]);
    blocks.push(linear(hidden, asFloat32(rows)));
  }
  return tf.concat(blocks, 1);
}
