/** A command failed: what, where and why, and how to fix it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** A command has said what there is to say, and ends with this exit code. */
export class EndWith extends Error {
  override readonly name = 'EndWith';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const;

/** The lines to show for any thrown value: errors of ours with their hint, others with their stack (they are bugs). */
export function explain(error: unknown): string[] {
  const { code, hint } = (error ?? {}) as { code?: unknown; hint?: unknown };
  if (typeof hint !== 'string' || typeof code !== 'string' || !(error instanceof Error)) {
    return [`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  return [`error: ${error.message}`, ...(hint === '' ? [] : [`  fix: ${hint}`])];
}
