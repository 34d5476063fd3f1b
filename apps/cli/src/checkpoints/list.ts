import { keptBy, latestCheckpointId, listCheckpoints, type Manifest } from '@ovis/checkpoint';
import type { CliContext } from '../context.ts';
import { bytes, count, loss, table } from '../format.ts';
import { findCheckpoints } from './find-checkpoints.ts';

/** `ovis checkpoints ls` */
export async function listAll(context: CliContext, name: string, o: { json: boolean }): Promise<void> {
  const { storage, url } = await findCheckpoints(context, name);
  const damaged: string[] = [];
  const manifests = await listCheckpoints(storage, '', { onWarning: (message) => damaged.push(message) });
  const latest = await latestCheckpointId(storage, '');
  const rows = manifests.map((manifest) => ({ ...summary(manifest), latest: manifest.id === latest }));
  if (o.json) {
    context.out(JSON.stringify({ url, checkpoints: rows, damaged }, null, 2));
    return;
  }
  for (const message of damaged) context.err(`warning: ${message}`);
  if (rows.length === 0) {
    context.out(`no checkpoints in ${url}`);
    return;
  }
  // Why a run with the strictest rules would keep it.
  const why = keptBy(manifests, latest, { keepLast: 0 });
  const head = ['checkpoint', 'stage', 'step', 'loss', 'saved (UTC)', 'size', 'written', 'trainers', ''];
  const lines = rows.map((row) => [
    row.id,
    String(row.stage),
    `${count(row.step)} of ${count(row.totalSteps)}`,
    loss(row.loss),
    row.savedAt.slice(0, 19).replace('T', ' '),
    bytes(row.bytes),
    bytes(row.writtenBytes),
    row.trainers === undefined ? '-' : String(row.trainers),
    why.get(row.id) ?? '',
  ]);
  table([head, ...lines]).forEach(context.out);
  const written = rows.reduce((sum, row) => sum + row.writtenBytes, 0);
  context.out('');
  context.out(`${rows.length} checkpoints, ${bytes(written)} in ${url}`);
}

function summary(manifest: Manifest) {
  const { id, stage, step, totalSteps, loss: value, createdAt, bytes: size, writtenBytes, world } = manifest;
  return {
    id,
    stage,
    step,
    totalSteps,
    loss: value,
    savedAt: createdAt,
    bytes: size,
    /** The rest are files of earlier ones. */
    writtenBytes: writtenBytes ?? size,
    trainers: world,
  };
}
