import { listIds, verifyCheckpoint } from '@ovis/checkpoint';
import type { CliContext } from '../context.ts';
import { EndWith, exitCodes } from '../errors.ts';
import { findCheckpoints, latestOf } from './find-checkpoints.ts';

/** `ovis checkpoints verify`: reads every byte. Exit code 1 when something is damaged. */
export async function verify(
  context: CliContext,
  name: string,
  ids: readonly string[],
  o: { all: boolean; json: boolean },
): Promise<void> {
  const found = await findCheckpoints(context, name);
  const named = ids.length > 0 ? ids : found.id !== undefined ? [found.id] : undefined;
  const wanted = o.all ? await listIds(found.storage, '') : (named ?? [await latestOf(found)]);
  const results: { id: string; files: number; problems: string[] }[] = [];
  for (const id of wanted) {
    let files = 0;
    const problems = await verifyCheckpoint(found.storage, '', id, { onFile: () => void files++ });
    results.push({ id, files, problems });
    if (o.json) continue;
    context.out(problems.length === 0 ? `whole       ${id}: ${files} files` : `DAMAGED     ${id}`);
    for (const problem of problems) context.out(`            ${problem}`);
  }
  if (o.json) context.out(JSON.stringify({ url: found.url, checkpoints: results }, null, 2));
  if (results.every(({ problems }) => problems.length === 0)) return;
  if (!o.json)
    context.err(
      `Runs go on from the one before a damaged checkpoint; 'ovis checkpoints rm ${name} ID' takes it away.`,
    );
  throw new EndWith(exitCodes.failure);
}
