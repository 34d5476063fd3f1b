import { readFileSync } from 'node:fs';
import { TextTokenizer } from '../src/index.ts';

/** Parsed JSON file below this library's fixtures/. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}

/** Parsed JSON file of a model case: those lie whole in the model library. */
export function modelFixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../model/fixtures/${path}`, import.meta.url), 'utf8')) as T;
}

/** Tokenizer of a folder below fixtures/. */
export function tokenizer(folder: string): TextTokenizer {
  return TextTokenizer.fromFiles(
    fixture(`${folder}/tokenizer.json`),
    fixture(`${folder}/tokenizer_config.json`),
  );
}
