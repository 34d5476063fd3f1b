import { readFileSync } from 'node:fs';

/** Parsed JSON file below this library's fixtures/. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}
