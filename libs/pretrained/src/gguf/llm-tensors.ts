import type { Bytes, StoredTensors } from '@ovis/checkpoint';
import { PretrainedError } from '../errors.ts';
import type { GgufFile, GgufTensor } from './gguf-file.ts';
import { familyOf, llmConfig } from './llm-config.ts';

/** Hugging Face's names of what llama.cpp's parts are called; `N` is the layer. */
const PARTS: Record<string, string> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
  'blk.N.attn_norm': 'model.layers.N.input_layernorm',
  'blk.N.attn_q': 'model.layers.N.self_attn.q_proj',
  'blk.N.attn_k': 'model.layers.N.self_attn.k_proj',
  'blk.N.attn_v': 'model.layers.N.self_attn.v_proj',
  'blk.N.attn_output': 'model.layers.N.self_attn.o_proj',
  'blk.N.ffn_norm': 'model.layers.N.post_attention_layernorm',
  'blk.N.ffn_gate': 'model.layers.N.mlp.gate_proj',
  'blk.N.ffn_up': 'model.layers.N.mlp.up_proj',
  'blk.N.ffn_down': 'model.layers.N.mlp.down_proj',
};

/**
 * The weights of the language model under Hugging Face's names, in its order of rows, in float32. Nothing is read yet: the values come
 * from the file, a few megabytes at a time, when the pieces are read; the file must be open until then.
 * @throws PretrainedError UNSUPPORTED_GGUF for a tensor that has no place in the model
 */
export function llmTensors(file: GgufFile): StoredTensors {
  const family = familyOf(file);
  const config = llmConfig(file);
  const heads: Record<string, number> = {
    q_proj: config['num_attention_heads'] as number,
    k_proj: config['num_key_value_heads'] as number,
  };
  const entries = [...file.tensors.values()].map((tensor) => {
    const name = hfName(file, tensor);
    const projection = /\.(q_proj|k_proj)\./.exec(name)?.[1] ?? '';
    const rotatedHeads = family === 'llama' ? heads[projection] : undefined;
    const pieces = rotatedHeads ? headPieces(file, tensor, rotatedHeads) : [plainPiece(file, tensor)];
    return [name, { dtype: 'F32' as const, shape: [...tensor.shape], pieces }];
  });
  return Object.fromEntries(entries) as StoredTensors;
}

function plainPiece(file: GgufFile, tensor: GgufTensor): Bytes {
  return {
    length: elements(tensor) * 4,
    read: async (begin, end) => bytesOf(await file.read(tensor, begin / 4, end / 4)),
  };
}

/**
 * llama.cpp rotates neighbours (2i, 2i+1) in Llama models, Hugging Face the two halves (i, i + headDim/2): its converter
 * (`LlamaModel.permute`) moves the rows of q and k within each head, and this moves them back. One piece per head.
 */
function headPieces(file: GgufFile, tensor: GgufTensor, heads: number): Bytes[] {
  const size = elements(tensor) / heads;
  const [rows = 0] = tensor.shape;
  const headDim = rows / heads;
  const width = size / headDim;
  const half = headDim / 2;
  return Array.from({ length: heads }, (_, head) => ({
    length: size * 4,
    read: async (begin, end) => {
      const pairs = await file.read(tensor, head * size, (head + 1) * size);
      const halves = new Float32Array(size);
      for (let row = 0; row < headDim; row++) {
        const from = (row % half) * 2 + (row < half ? 0 : 1);
        halves.set(pairs.subarray(from * width, (from + 1) * width), row * width);
      }
      return bytesOf(halves).subarray(begin, end);
    },
  }));
}

function elements({ shape }: GgufTensor): number {
  return shape.reduce((product, side) => product * side, 1);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function hfName(file: GgufFile, { name }: GgufTensor): string {
  const match = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name);
  const [, layer, part = '', kind = ''] = match ?? [];
  const found = PARTS[layer === undefined ? part : `blk.N.${part}`];
  if (found === undefined) {
    throw new PretrainedError(
      'UNSUPPORTED_GGUF',
      `${file.path} has a tensor '${name}' that has no place in a Llama or Qwen2 model`,
      'Take a file of the plain language model.',
    );
  }
  return `${found.replace('N', layer ?? '')}.${kind}`;
}
