import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { ConfigProblem } from './errors.ts';
import { didYouMean } from './suggest.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** The parsed text, kept so that a path can be turned back into a place in the file. */
export interface SourceText {
  document: Document.Parsed;
  lines: LineCounter;
}

export function parseSource(text: string): SourceText {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines };
}

/** YAML's own complaints (indentation, duplicate keys, ...). */
export function syntaxProblems({ document, lines }: SourceText): ConfigProblem[] {
  const problems = document.errors.map((error) => {
    const place = lines.linePos(error.pos[0]);
    return { path: '', message: error.message, line: place.line, column: place.col };
  });
  problems.sort((a, b) => a.line - b.line);
  // One forgotten bracket makes every line behind it wrong: where it begins and where it ends is enough.
  const last = problems.at(-1);
  const first = problems.filter(({ line }, at) => problems.findIndex((other) => other.line === line) === at);
  const shown = first.slice(0, 2);
  return last === undefined || shown.some(({ line }) => line === last.line) ? shown : [...shown, last];
}

/**
 * Where `path` is: a scalar at its value, a group of keys or a list at the key in front of it. `atKey` points at the
 * key itself; a path that is not in the file points at its nearest parent. Empty when the text is empty.
 */
export function locate(source: SourceText, path: Path, atKey = false): { line?: number; column?: number } {
  let node: unknown = source.document.contents;
  let offset = startOf(node);
  for (const [index, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
      const pointAtValue = index === path.length - 1 && !atKey && isScalar(node) && node.value !== null;
      if (pointAtValue) offset = startOf(node) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    }
  }
  if (offset === undefined) return {};
  const place = source.lines.linePos(offset);
  return { line: place.line, column: place.col };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The schema's complaints, in words for the author of the file. */
export function schemaProblems(
  source: SourceText,
  value: unknown,
  issues: readonly Issue[],
  schema: z.ZodType,
): ConfigProblem[] {
  return issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        const known = keysAt(schema, issue.path);
        const suggestion = didYouMean(key, known) || `; known keys: ${known.join(', ')}`;
        return { path: dotted(path), message: `unknown key${suggestion}`, ...locate(source, path, true) };
      });
    }
    const found = valueAt(value, issue.path);
    return [{ path: dotted(issue.path), message: describe(issue, found), ...locate(source, issue.path) }];
  });
}

function describe(issue: Issue, found: unknown): string {
  if (issue.code === 'invalid_type') {
    const expected = issue.expected === 'int' ? 'whole number' : issue.expected;
    if (found === undefined) return `is missing; a ${expected} is required`;
    return `expected a ${expected}, found ${show(found)}`;
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    const hint = typeof found === 'string' ? didYouMean(found, known) : '';
    return `must be one of ${known.join(', ')}; found ${show(found)}${hint}`;
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'array') return `needs at least ${String(issue.minimum)} entry`;
    return `must be ${issue.inclusive ? 'at least' : 'more than'} ${String(issue.minimum)}; found ${show(found)}`;
  }
  if (issue.code === 'too_big') {
    return `must be ${issue.inclusive ? 'at most' : 'less than'} ${String(issue.maximum)}; found ${show(found)}`;
  }
  if (issue.code === 'invalid_format') return `${issue.message}; found ${show(found)}`;
  return issue.message;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a group of keys';
  if (typeof value === 'string') return `the text '${value}'`;
  if (value === null) return 'nothing';
  return `${typeof value} ${String(value)}`;
}

export function dotted(path: Path): string {
  return path.map(String).join('.');
}

export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}

/** Keys the schema knows at `path`. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  let current: unknown = schema;
  for (const part of path) {
    current = unwrap(current);
    const definition = definitionOf(current);
    if (definition?.shape) current = definition.shape[String(part)];
    else if (definition?.element) current = definition.element;
    else return [];
  }
  return Object.keys(definitionOf(unwrap(current))?.shape ?? {});
}

interface Definition {
  shape?: Record<string, unknown>;
  element?: unknown;
  innerType?: unknown;
}

function definitionOf(schema: unknown): Definition | undefined {
  return (schema as { def?: Definition } | undefined)?.def;
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  for (
    let inner = definitionOf(current)?.innerType;
    inner !== undefined;
    inner = definitionOf(current)?.innerType
  ) {
    current = inner;
  }
  return current;
}
