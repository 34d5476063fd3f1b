/** What can go wrong while parts are fetched or processes are started. */
export type BootstrapErrorCode =
  | 'CACHE_UNWRITABLE'
  | 'STATE_UNWRITABLE'
  | 'DISK_FULL'
  | 'UNREACHABLE'
  | 'PART_UNAVAILABLE'
  | 'PART_UNUSABLE'
  | 'CORRUPT_ARCHIVE'
  | 'NO_GPU_DRIVER'
  | 'BAD_OPTION'
  | 'PORT_IN_USE'
  | 'ALREADY_RUNNING'
  | 'NOT_RUNNING'
  | 'START_FAILED'
  | 'BAD_CREDENTIALS'
  | 'NO_BUCKET'
  | 'STOPPED';

/**
 * An error of set-up or of the local cluster. The message says what failed and why, `tried` what was attempted before it,
 * in order, and `hint` names a command that fixes it.
 */
export class BootstrapError extends Error {
  readonly code: BootstrapErrorCode;
  readonly hint: string;
  readonly tried: readonly string[];

  constructor(
    code: BootstrapErrorCode,
    message: string,
    options: { hint: string; tried?: readonly string[]; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'BootstrapError';
    this.code = code;
    this.hint = options.hint;
    this.tried = options.tried ?? [];
  }
}

/** The whole error for a terminal: what, what was tried, how to fix it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = [error.message];
  if (error instanceof BootstrapError && error.tried.length > 0) {
    lines.push('  tried:', ...error.tried.map((attempt) => `    - ${attempt}`));
  }
  const hint = (error as { hint?: unknown }).hint;
  if (typeof hint === 'string' && hint !== '') lines.push(`  fix: ${hint}`);
  return lines.join('\n');
}

/** The `code` of a Node system error ("ENOENT"), if it is one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
