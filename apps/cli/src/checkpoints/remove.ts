import { deleteCheckpoint, latestCheckpointId, planDeletion, readManifest } from '@ovis/checkpoint';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { bytes } from '../format.ts';
import { findCheckpoints, isRunning, type FoundCheckpoints } from './find-checkpoints.ts';

/** `ovis checkpoints rm`: says what it frees, and refuses what is needed. */
export async function remove(
  context: CliContext,
  name: string,
  ids: readonly string[],
  o: { force: boolean; dryRun: boolean; json: boolean },
): Promise<void> {
  const found = await findCheckpoints(context, name);
  const wanted = ids.length > 0 ? ids : found.id !== undefined ? [found.id] : [];
  if (wanted.length === 0) {
    throw new CliError('USAGE', 'which checkpoints?', `'ovis checkpoints ls ${name}' lists their ids`);
  }
  if (!o.force) {
    const running = await isRunning(context, found.runId);
    for (const id of wanted) await refuseNeeded(found, id, running);
  }
  const removed: { id: string; files: number; bytes: number; shared: number }[] = [];
  for (const id of wanted) {
    const { files, bytes: freed, shared } = await planDeletion(found.storage, '', id);
    if (files.length === 0 && shared === 0) throw missing(found, id);
    if (!o.dryRun) await deleteCheckpoint(found.storage, '', id);
    removed.push({ id, files: files.length, bytes: freed, shared });
    if (o.json) continue;
    const kept = shared > 0 ? `; ${shared} files stay, other checkpoints need them` : '';
    context.out(`${o.dryRun ? 'would free' : 'freed'}  ${id}: ${files.length} files, ${bytes(freed)}${kept}`);
  }
  if (o.json) context.out(JSON.stringify({ url: found.url, removed, dryRun: o.dryRun }, null, 2));
}

async function refuseNeeded(
  found: FoundCheckpoints,
  id: string,
  running: boolean | undefined,
): Promise<void> {
  const needed = (why: string): CliError =>
    new CliError('IN_USE', `${id} is not removed: ${why}`, 'use --force if you are sure');
  if (id === (await latestCheckpointId(found.storage, ''))) throw needed('it is the latest one of its run');
  if (running !== true) return;
  const manifest = await readManifest(found.storage, '', id).catch(() => undefined);
  if (manifest && manifest.step >= manifest.totalSteps)
    throw needed(`run ${found.runId} is running, and a stage may be started again from it`);
}

function missing({ url }: FoundCheckpoints, id: string): CliError {
  return new CliError(
    'NO_CHECKPOINT',
    `there is no checkpoint '${id}' in ${url}`,
    "list them: 'ovis checkpoints ls'",
  );
}
