import { createHash } from 'node:crypto';
import type { RunConfig } from '@ovis/config';
import { CliError } from './errors.ts';

/** The same file gives the same id: submitting it twice is one run. */
export function runIdOf(config: RunConfig): string {
  const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex');
  return `${config.name}-${hash.slice(0, 8)}`;
}

/** @throws CliError BAD_ID: ids become parts of storage keys and workflow ids */
export function checkRunId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) return id;
  throw new CliError(
    'BAD_ID',
    `'${id}' is not a run id`,
    "use up to 100 letters, digits, '.', '_' and '-', beginning with a letter or digit",
  );
}
