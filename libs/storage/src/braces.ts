import { StorageError } from './errors.ts';

const MAX_RESULTS = 1_000_000;

/**
 * Expands shell braces, as WebDataset URLs use them: `train-{000000..000007}.tar`, `{a,b}`, several and nested ones,
 * descending and stepped ranges (`{0..8..2}`). Zero padding follows the wider end. A text without braces gives itself.
 */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) {
    if (pattern.includes('}')) throw unbalanced(pattern);
    return [pattern];
  }
  const close = matching(pattern, open);
  const before = pattern.slice(0, open);
  if (before.includes('}')) throw unbalanced(pattern);
  const middles = alternatives(pattern.slice(open + 1, close), pattern);
  const ends = expandBraces(pattern.slice(close + 1));
  if (middles.length * ends.length > MAX_RESULTS) {
    throw badPattern(pattern, `it stands for more than ${MAX_RESULTS} names`);
  }
  return middles.flatMap((middle) => ends.map((end) => before + middle + end));
}

function matching(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  throw unbalanced(text);
}

function alternatives(inside: string, pattern: string): string[] {
  const range = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(inside);
  if (range) return numbers(range[1] ?? '', range[2] ?? '', Number(range[3] ?? 1), pattern);
  const parts = splitTopLevel(inside);
  if (parts.length < 2) {
    throw badPattern(pattern, `'{${inside}}' is neither a range nor a list`);
  }
  return parts.flatMap(expandBraces);
}

function numbers(from: string, to: string, step: number, pattern: string): string[] {
  const first = Number(from);
  const last = Number(to);
  const stride = Math.abs(step) || 1;
  const count = Math.floor(Math.abs(last - first) / stride) + 1;
  if (count > MAX_RESULTS) throw badPattern(pattern, `it stands for ${count} names`);
  const padded = [from, to].some((end) => /^-?0\d/.test(end));
  const width = padded ? Math.max(from.length, to.length) : 0;
  const sign = last < first ? -1 : 1;
  return Array.from({ length: count }, (_, i) => {
    const value = first + sign * i * stride;
    return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
  });
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function unbalanced(pattern: string): StorageError {
  return badPattern(pattern, 'its braces do not match');
}

function badPattern(pattern: string, why: string): StorageError {
  return new StorageError('BAD_URL', why, {
    operation: 'expand',
    url: pattern,
    hint: 'write ranges as {000000..000007} and lists as {a,b}',
  });
}
