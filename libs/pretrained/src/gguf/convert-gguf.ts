import { safetensorsChunks, storedAs, type FloatDtype } from '@ovis/checkpoint';
import type { ObjectStorage } from '@ovis/storage';
import { jsonFile } from '../model-files.ts';
import { modelUrl } from '../open-model.ts';
import { checkEmpty, fillFolder } from '../target-folder.ts';
import { GgufFile } from './gguf-file.ts';
import { llmConfig } from './llm-config.ts';
import { llmTensors } from './llm-tensors.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

export interface ConvertGgufOptions {
  /** How weights are written. Default F32, which holds every dequantised value exactly. */
  dtype?: FloatDtype;
  /** For `s3://` targets. */
  env?: NodeJS.ProcessEnv;
  /** Check that the file can be read, write nothing. */
  dryRun?: boolean;
  /** Bytes of the weights written so far. */
  onProgress?: (done: number, total: number) => void;
}

export interface ConvertedGguf {
  /** of the folder */
  url: string;
  /** its `config.json` */
  config: Readonly<Record<string, unknown>>;
  /** size of `model.safetensors` */
  bytes: number;
}

/**
 * Writes the language model of a GGUF file as a folder in Hugging Face layout: `config.json`, `generation_config.json`,
 * `tokenizer.json`, `tokenizer_config.json` (with the chat template) and `model.safetensors`. The weights go through memory a few
 * megabytes at a time.
 * @param folder new or empty: a path, or a `file://` or `s3://` URL
 * @throws PretrainedError BAD_GGUF, UNSUPPORTED_GGUF, TARGET_EXISTS; StorageError
 */
export async function convertGguf(
  path: string,
  folder: string,
  o: ConvertGgufOptions = {},
): Promise<ConvertedGguf> {
  const url = modelUrl(folder);
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
    const converted = { url, config, bytes };
    if (o.dryRun) {
      await checkEmpty(url, o.env);
      return converted;
    }
    const { bos_token_id, eos_token_id, pad_token_id } = config;
    const write = async (storage: ObjectStorage): Promise<void> => {
      await storage.putChunks('model.safetensors', counted(chunks, bytes, o.onProgress));
      await storage.put('generation_config.json', jsonFile({ bos_token_id, eos_token_id, pad_token_id }));
      await storage.put('tokenizer.json', jsonFile(tokenizer));
      await storage.put('tokenizer_config.json', jsonFile(tokenizerConfig));
    };
    await fillFolder(url, o.env, write, { name: 'config.json', bytes: jsonFile(config) });
    return converted;
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
