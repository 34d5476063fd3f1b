import type { ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { join } from './manifest.ts';
import type { ModelPart } from './parts.ts';
import type { OpenCheckpoint } from './open.ts';
import { splitParts } from './parts.ts';
import type { StoredTensors } from './stored-tensors.ts';
import { safetensorsChunks } from './stream-safetensors.ts';
import { memorySource, streamSource, uploadFile, type FileSource } from './upload-file.ts';

export interface ExportOptions {
  parts: readonly ModelPart[];
  /**
   * `safetensors`: a file for each part, tensors under their official names. `hf`: the language model as a folder that transformers
   * loads by itself.
   */
  format: 'safetensors' | 'hf';
}

export interface ExportedFile {
  name: string;
  bytes: number;
}

const LLM_PREFIX = 'llm.';
/** What a model of its own needs beside weights and config, when the checkpoint has it. */
const TOKENIZER = /^(tokenizer|special_tokens|added_tokens|vocab|merges|generation_config|chat_template)/;

/**
 * Writes parts of a checkpoint as files that can be used alone. Pieces that several trainers wrote become one; the weights are
 * streamed.
 * @throws CheckpointError CORRUPT, UNSUPPORTED; storage failures
 */
export async function exportParts(
  checkpoint: OpenCheckpoint,
  target: ObjectStorage,
  prefix: string,
  o: ExportOptions,
): Promise<ExportedFile[]> {
  const files = o.format === 'hf' ? languageModel(checkpoint, o.parts) : partFiles(checkpoint, o.parts);
  const written: ExportedFile[] = [];
  for (const [name, source] of files) {
    const { bytes } = await uploadFile(target, join(prefix, name), source);
    written.push({ name, bytes });
  }
  return written;
}

function partFiles({ tensors, files }: OpenCheckpoint, parts: readonly ModelPart[]): [string, FileSource][] {
  const byPart = splitParts(tensors);
  return [
    ...parts.map((part): [string, FileSource] => [`${part}.safetensors`, weights(byPart[part])]),
    ...Object.entries(files).map(([name, bytes]): [string, FileSource] => [name, memorySource(bytes)]),
  ];
}

function languageModel(checkpoint: OpenCheckpoint, parts: readonly ModelPart[]): [string, FileSource][] {
  const { tensors, files, manifest } = checkpoint;
  const config = JSON.parse(new TextDecoder().decode(files['config.json'] ?? new Uint8Array())) as {
    llm_config?: object;
    text_config?: object;
  };
  const own = config.llm_config ?? config.text_config;
  if (parts.join() !== 'llm' || own === undefined) {
    throw new CheckpointError(
      'UNSUPPORTED',
      parts.join() === 'llm'
        ? `config.json of checkpoint '${manifest.id}' has no config of the language model`
        : `${parts.join(' and ')} has no form of its own in Hugging Face's layout`,
      'the language model alone (llm) and the whole model (no part) have one; use safetensors for other parts',
    );
  }
  const named = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(LLM_PREFIX))
      .map(([name, tensor]) => [name.slice(LLM_PREFIX.length), tensor]),
  );
  const json = new TextEncoder().encode(`${JSON.stringify(own, null, 2)}\n`);
  return [
    ['model.safetensors', weights(named)],
    ['config.json', memorySource(json)],
    ...Object.entries(files)
      .filter(([name]) => TOKENIZER.test(name))
      .map(([name, bytes]): [string, FileSource] => [name, memorySource(bytes)]),
  ];
}

function weights(tensors: StoredTensors): FileSource {
  const { bytes, headerBytes, chunks } = safetensorsChunks(tensors, { format: 'pt' });
  return streamSource(chunks, bytes, headerBytes);
}
