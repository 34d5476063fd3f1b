import { parse } from 'yaml';
import type { z } from 'zod';
import { dotted, keysAt } from './problems.ts';
import { didYouMean } from './suggest.ts';

/** One `--set path=value`; the value is read as YAML, so `1e-3`, `true` and `[vte]` have their types. */
export interface Override {
  path: (string | number)[];
  value: unknown;
  text: string;
}

/** Reads `stages.0.steps=10`. Returns the problem as a string when it has no such form. */
export function parseOverride(text: string): Override | string {
  const equals = text.indexOf('=');
  if (equals <= 0) return `'${text}' is not of the form path=value, for example stages.0.steps=10`;
  const path = text
    .slice(0, equals)
    .trim()
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  try {
    return { path, value: parse(text.slice(equals + 1)), text };
  } catch (error) {
    return `'${text}': ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Puts the value at its path inside `root` (changed in place), making missing groups of keys on the way. Returns the
 * problem as a string when the path does not exist in the schema or in a list.
 */
export function putOverride(
  root: Record<string, unknown>,
  override: Override,
  schema: z.ZodType,
): string | undefined {
  let current: unknown = root;
  for (const [index, part] of override.path.entries()) {
    const before = override.path.slice(0, index);
    const last = index === override.path.length - 1;
    if (Array.isArray(current)) {
      if (typeof part !== 'number' || part >= current.length) {
        return `'${override.text}': ${dotted(before)} is a list with entries 0 to ${current.length - 1}, there is no '${part}'`;
      }
    } else {
      const known = keysAt(schema, before);
      if (!known.includes(String(part))) {
        const suggestion =
          didYouMean(String(part), known) || (known.length > 0 ? `; known keys: ${known.join(', ')}` : '');
        return `'${override.text}': unknown key '${dotted([...before, part])}'${suggestion}`;
      }
    }
    const container = current as Record<PropertyKey, unknown>;
    if (last) {
      container[part] = override.value;
      return undefined;
    }
    if (container[part] === null || typeof container[part] !== 'object') container[part] = {};
    current = container[part];
  }
  return undefined;
}
