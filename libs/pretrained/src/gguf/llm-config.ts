import { PretrainedError } from '../errors.ts';
import type { GgufFile } from './gguf-file.ts';

/** Families that are read, by `general.architecture`. */
const FAMILIES = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
} as const;
export type GgufFamily = keyof typeof FAMILIES;

/** @throws PretrainedError UNSUPPORTED_GGUF */
export function familyOf(file: GgufFile): GgufFamily {
  const name = file.metadata.string('general.architecture');
  if (Object.hasOwn(FAMILIES, name)) return name as GgufFamily;
  throw unsupported(
    file,
    `its architecture is '${name}'`,
    `Take one of: ${Object.keys(FAMILIES).join(', ')}.`,
  );
}

/**
 * The `config.json` that Hugging Face's release of the language model would have.
 * @throws PretrainedError BAD_GGUF, UNSUPPORTED_GGUF (experts, stretched or partial rotary positions, biases in the MLP)
 */
export function llmConfig(file: GgufFile): Record<string, unknown> {
  const { metadata, tensors } = file;
  const family = familyOf(file);
  const key = (name: string) => `${family}.${name}`;
  const size = (name: string, fallback?: number) => metadata.number(key(name), fallback);

  const hidden = size('embedding_length');
  const heads = size('attention.head_count');
  const headDim = size('attention.key_length', hidden / heads);
  refuse(file, {
    'it is a mixture of experts': metadata.number(key('expert_count'), 0) > 0,
    'its rotary positions are stretched': tensors.has('rope_freqs.weight') || stretched(file, family),
    'only a part of each head is rotated': size('rope.dimension_count', headDim) !== headDim,
    'keys and values have different sizes': size('attention.value_length', headDim) !== headDim,
    'its MLP has biases': tensors.has('blk.0.ffn_gate.bias') || tensors.has('blk.0.ffn_up.bias'),
  });
  const id = (name: string) =>
    metadata.has(`tokenizer.ggml.${name}`) ? metadata.number(`tokenizer.ggml.${name}`) : undefined;
  return {
    architectures: [FAMILIES[family]],
    model_type: family,
    hidden_act: 'silu',
    hidden_size: hidden,
    intermediate_size: size('feed_forward_length'),
    num_hidden_layers: size('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: size('attention.head_count_kv', heads),
    head_dim: headDim,
    max_position_embeddings: size('context_length'),
    rms_norm_eps: shortest(size('attention.layer_norm_rms_epsilon')),
    rope_theta: shortest(size('rope.freq_base', 10000)),
    tie_word_embeddings: !tensors.has('output.weight'),
    ...(family === 'llama' && { attention_bias: tensors.has('blk.0.attn_q.bias'), mlp_bias: false }),
    torch_dtype: 'float32',
    // What counts is the table: some files name another number.
    vocab_size: tensors.get('token_embd.weight')?.shape[0] ?? size('vocab_size'),
    bos_token_id: id('bos_token_id'),
    eos_token_id: id('eos_token_id'),
    pad_token_id: id('padding_token_id'),
  };
}

function stretched({ metadata }: GgufFile, family: GgufFamily): boolean {
  const kind = metadata.string(`${family}.rope.scaling.type`, 'none');
  return kind !== 'none' && metadata.number(`${family}.rope.scaling.factor`, 1) !== 1;
}

function refuse(file: GgufFile, findings: Record<string, boolean>): void {
  for (const [what, found] of Object.entries(findings)) {
    if (found) throw unsupported(file, what, 'Take a Llama or Qwen2 model without it.');
  }
}

function unsupported(file: GgufFile, why: string, hint: string): PretrainedError {
  return new PretrainedError('UNSUPPORTED_GGUF', `${file.path} cannot be read: ${why}`, hint);
}

/** The decimal that a float32 was written as: 0.000009999999747378752 is 1e-5. */
function shortest(value: number): number {
  return Number(Math.fround(value).toPrecision(7));
}
