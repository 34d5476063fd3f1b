import { safetensorsChunks, storedAs, type FloatDtype } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GgufFile } from './gguf-file.ts';
import { llmConfig } from './llm-config.ts';
import { llmTensors } from './llm-tensors.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

export interface ConvertGgufOptions {
  /** How weights are written. Default F32, which holds every dequantised value exactly. */
  dtype?: FloatDtype;
  /** Bytes of the weights written so far. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Writes the language model of a GGUF file as a folder in Hugging Face layout: `config.json`, `generation_config.json`,
 * `tokenizer.json`, `tokenizer_config.json` (with the chat template) and `model.safetensors`. The weights go through memory a few
 * megabytes at a time.
 * @param folder a path, or a `file://` or `s3://` URL
 * @throws PretrainedError BAD_GGUF, UNSUPPORTED_GGUF; StorageError
 */
export async function convertGguf(path: string, folder: string, o: ConvertGgufOptions = {}): Promise<void> {
  const storage = openStorage(/^\w+:\/\//.test(folder) ? folder : pathToFileURL(resolve(folder)).href);
  const file = await GgufFile.open(path);
  try {
    // All that can be refused is refused before the first byte is written.
    const config: Record<string, unknown> = {
      ...llmConfig(file),
      torch_dtype: TORCH_NAMES[o.dtype ?? 'F32'],
    };
    const { tokenizer, tokenizerConfig } = tokenizerFiles(file);
    const { bytes, chunks } = safetensorsChunks(storedAs(llmTensors(file), o.dtype ?? 'F32'), {
      format: 'pt',
    });
    await storage.putChunks('model.safetensors', counted(chunks, bytes, o.onProgress));
    const { bos_token_id, eos_token_id, pad_token_id } = config;
    const files = {
      'generation_config.json': { bos_token_id, eos_token_id, pad_token_id },
      'tokenizer.json': tokenizer,
      'tokenizer_config.json': tokenizerConfig,
      'config.json': config,
    };
    for (const [name, json] of Object.entries(files))
      await storage.put(name, `${JSON.stringify(json, null, 2)}\n`);
  } finally {
    await file.close();
  }
}

const TORCH_NAMES: Record<FloatDtype, string> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
};

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  total: number,
  onProgress: ConvertGgufOptions['onProgress'],
): AsyncGenerator<Uint8Array, void> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    onProgress?.(done, total);
  }
}
