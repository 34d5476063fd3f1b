import { readFileSync } from 'node:fs';

/** URL of a file of a golden model case: they lie whole in libs/model/fixtures. */
export function caseFile(path: string): URL {
  return new URL(`../../model/fixtures/${path}`, import.meta.url);
}

/** Parsed JSON file of a golden model case. */
export function caseJson<T>(path: string): T {
  return JSON.parse(readFileSync(caseFile(path), 'utf8')) as T;
}

/** Parsed JSON file below this library's fixtures/. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}
