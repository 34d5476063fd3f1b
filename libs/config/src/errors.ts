/** One thing that is wrong in a run file, with the place where it is. */
export interface ConfigProblem {
  /** Dotted path inside the file, e.g. `stages.1.learningRate`; empty for the file as a whole. */
  path: string;
  message: string;
  /** 1-based; absent when the value came from an override or from nowhere. */
  line?: number;
  column?: number;
}

/** The run file cannot be used. Lists every problem found, one per line, as `file:line:column: message`. */
export class RunConfigError extends Error {
  readonly code = 'BAD_CONFIG';
  readonly hint: string;
  readonly file: string;
  readonly problems: ConfigProblem[];

  constructor(file: string, problems: ConfigProblem[], hint?: string) {
    super(problems.map((problem) => formatProblem(file, problem)).join('\n'));
    this.name = 'RunConfigError';
    this.file = file;
    this.problems = problems;
    this.hint =
      hint ??
      `Correct ${file}; 'ovis config schema' prints every key, 'ovis config validate FILE' checks again.`;
  }
}

function formatProblem(file: string, problem: ConfigProblem): string {
  const place = problem.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${place}: ${path}${problem.message}`;
}
