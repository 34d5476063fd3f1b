import { z } from 'zod';
import { crossFieldProblems } from './checks.ts';
import { RunConfigError, type ConfigProblem } from './errors.ts';
import { parseOverride, putOverride } from './overrides.ts';
import { dotted, locate, parseSource, schemaProblems, syntaxProblems, type SourceText } from './problems.ts';
import { fillDefaults, type RunConfig } from './run-config.ts';
import { runFileSchema } from './schema.ts';

export interface ParseOptions {
  /** Name for messages; the lib never opens it. */
  file?: string;
  /** `path=value` changes, applied before the checks and the defaults (so a new `steps` also moves `checkpointEvery`). */
  overrides?: string[];
}

/**
 * Reads the text of a run file: YAML, schema, relations between keys, defaults.
 * @throws RunConfigError with every problem found, each as `file:line:column: path: message`.
 */
export function parseRunConfig(text: string, options: ParseOptions = {}): RunConfig {
  const file = options.file ?? 'run.yaml';
  const source = parseSource(text);
  const syntax = syntaxProblems(source);
  if (syntax.length > 0) throw new RunConfigError(file, syntax);
  const value: unknown = source.document.toJS();
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new RunConfigError(file, [
      { path: '', message: 'is not a run file: expected keys like name, storage, stages' },
    ]);
  }
  return check(file, source, value as Record<string, unknown>, options.overrides ?? []);
}

/**
 * A copy of a complete config with `path=value` changes; values that were defaults before stay as they are.
 * @throws RunConfigError
 */
export function applyOverrides(config: RunConfig, overrides: string[]): RunConfig {
  return check(
    '--set',
    parseSource(''),
    structuredClone(config) as unknown as Record<string, unknown>,
    overrides,
  );
}

function check(
  file: string,
  source: SourceText,
  value: Record<string, unknown>,
  overrides: string[],
): RunConfig {
  const fromOverride = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const text of overrides) {
    const override = parseOverride(text);
    const problem = typeof override === 'string' ? override : putOverride(value, override, runFileSchema);
    if (problem !== undefined) problems.push({ path: '', message: `--set ${problem}` });
    else if (typeof override !== 'string') fromOverride.set(dotted(override.path), text);
  }
  if (problems.length > 0)
    throw new RunConfigError(file, problems, 'Correct the --set options; the form is path=value.');

  const parsed = runFileSchema.safeParse(value);
  if (!parsed.success) {
    problems.push(...schemaProblems(source, value, parsed.error.issues, runFileSchema));
  } else {
    problems.push(
      ...crossFieldProblems(parsed.data).map(({ path, message }) => ({
        path: dotted(path),
        message,
        ...locate(source, path),
      })),
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new RunConfigError(
      file,
      problems.map((problem) => blameOverride(problem, fromOverride)).sort(byPlace),
    );
  }
  return fillDefaults(parsed.data);
}

/** A bad value that came from `--set` has no place in the file. */
function blameOverride(problem: ConfigProblem, fromOverride: Map<string, string>): ConfigProblem {
  const text = fromOverride.get(problem.path);
  if (text === undefined) return problem;
  return { path: problem.path, message: `${problem.message} (from --set ${text})` };
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** JSON Schema (2020-12) of the run file, for editors. */
export function runConfigJsonSchema(): Record<string, unknown> {
  return { title: 'ovis run', ...z.toJSONSchema(runFileSchema, { io: 'input' }) };
}
