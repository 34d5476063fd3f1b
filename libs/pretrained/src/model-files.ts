import type { ObjectStorage } from '@ovis/storage';
import { isStorageError } from '@ovis/storage';
import { TextTokenizer } from '@ovis/text';
import { PretrainedError } from './errors.ts';

/** Files that a model folder has beside config and weights, by name; each may be missing. */
export type SmallFiles = Record<string, Uint8Array>;

export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
  'chat_template.jinja',
  'chat_template.json',
] as const;

export const OTHER_FILES = [
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
] as const;

/** Reads those of the files that are there. @param prefix folder below the storage's URL */
export async function readSmallFiles(
  storage: ObjectStorage,
  prefix: string,
  names: readonly string[],
): Promise<SmallFiles> {
  const found = await Promise.all(
    names.map(async (name): Promise<[string, Uint8Array] | undefined> => {
      try {
        return [name, await storage.get(prefix === '' ? name : `${prefix}/${name}`)];
      } catch (error) {
        if (isStorageError(error, 'NOT_FOUND')) return undefined;
        throw error;
      }
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}

/** The object in a JSON file. @throws PretrainedError BAD_FILE with the place */
export function parseJson(bytes: Uint8Array, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PretrainedError(
      'BAD_FILE',
      `${where} is not JSON: ${why}`,
      'download or write it again',
      cause,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PretrainedError('BAD_FILE', `${where} holds no JSON object`, 'download or write it again');
  }
  return value as Record<string, unknown>;
}

export function jsonFile(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** Reads an optional JSON file. */
export function jsonOf(files: SmallFiles, name: string, where: string): Record<string, unknown> | undefined {
  const bytes = files[name];
  return bytes && parseJson(bytes, `${where}/${name}`);
}

/** The tokenizer in the files, or undefined when there is none. @throws PretrainedError BAD_FILE, TextError BAD_TOKENIZER */
export function tokenizerOf(files: SmallFiles, where: string): TextTokenizer | undefined {
  const json = jsonOf(files, 'tokenizer.json', where);
  if (json === undefined) return undefined;
  return TextTokenizer.fromFiles(json, jsonOf(files, 'tokenizer_config.json', where) ?? {});
}
