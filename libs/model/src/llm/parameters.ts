import type { DecoderConfig } from '../config/index.ts';
import type { Initialiser } from '../init.ts';

/** Names (below `llm.`) and shapes of all tensors of the decoder; a tied `lm_head.weight` is absent. */
export function decoderParameterShapes(c: DecoderConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const q = c.heads * c.headDim;
  const kv = c.kvHeads * c.headDim;
  const shapes: Record<string, number[]> = { 'model.embed_tokens.weight': [c.vocabSize, d] };
  for (let i = 0; i < c.layers; i++) {
    const layer = `model.layers.${i}.`;
    for (const [name, size] of [
      ['q_proj', q],
      ['k_proj', kv],
      ['v_proj', kv],
    ] as const) {
      shapes[`${layer}self_attn.${name}.weight`] = [size, d];
      if (c.qkvBias) shapes[`${layer}self_attn.${name}.bias`] = [size];
    }
    shapes[`${layer}self_attn.o_proj.weight`] = [d, q];
    if (c.outputBias) shapes[`${layer}self_attn.o_proj.bias`] = [d];
    shapes[`${layer}mlp.gate_proj.weight`] = [c.intermediateSize, d];
    shapes[`${layer}mlp.up_proj.weight`] = [c.intermediateSize, d];
    shapes[`${layer}mlp.down_proj.weight`] = [d, c.intermediateSize];
    shapes[`${layer}input_layernorm.weight`] = [d];
    shapes[`${layer}post_attention_layernorm.weight`] = [d];
    if (c.gemma) {
      shapes[`${layer}pre_feedforward_layernorm.weight`] = [d];
      shapes[`${layer}post_feedforward_layernorm.weight`] = [d];
    }
  }
  shapes['model.norm.weight'] = [d];
  if (!c.tieWordEmbeddings) shapes['lm_head.weight'] = [c.vocabSize, d];
  return shapes;
}

/** Hugging Face's initialisers: normal(0, initializer_range), biases 0, norms 1 (Gemma's 0, as they multiply by 1 + w). */
export function decoderInitialiser(c: DecoderConfig, name: string): Initialiser {
  if (name.endsWith('.bias')) return { kind: 'constant', value: 0 };
  if (name.endsWith('norm.weight')) return { kind: 'constant', value: c.gemma ? 0 : 1 };
  return { kind: 'normal', mean: 0, std: c.initializerRange };
}
