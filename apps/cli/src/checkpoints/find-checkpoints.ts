import { latestCheckpointId } from '@ovis/checkpoint';
import { openStorage, splitUrl, type ObjectStorage } from '@ovis/storage';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { findCluster } from '../cluster.ts';
import { findModel } from '../find-model.ts';
import { describeRun } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

export interface FoundCheckpoints {
  /** Of the folder they lie in. */
  storage: ObjectStorage;
  url: string;
  env: NodeJS.ProcessEnv;
  /** When the URL was that of one checkpoint. */
  id?: string;
  /** When a run was named. */
  runId?: string;
}

/**
 * The checkpoints of a run, or those in a folder: `STORAGE/RUN/checkpoints`, or one of them `.../ID`.
 * @throws CliError NO_RUN, NO_MODEL
 */
export async function findCheckpoints(context: CliContext, name: string): Promise<FoundCheckpoints> {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
  const isPath = !isUrl && existsSync(resolve(context.cwd, name));
  const found = await findModel(context, name);
  const url = (isPath ? pathToFileURL(found.url).href : found.url).replace(/\/+$/, '');
  const { env } = found;
  const storage = openStorage(url, env);
  if (await storage.head('manifest.json')) {
    const { base, key } = splitUrl(url);
    return { storage: openStorage(base, env), url: base, env, id: key };
  }
  return { storage, url, env, ...(isUrl || isPath ? {} : { runId: name }) };
}

/** @throws CliError NO_CHECKPOINT */
export async function latestOf({ storage, url }: FoundCheckpoints): Promise<string> {
  const id = await latestCheckpointId(storage, '');
  if (id !== undefined) return id;
  throw new CliError(
    'NO_CHECKPOINT',
    `there is no checkpoint in ${url}`,
    'a run has its first one after checkpointEvery steps; check the URL: STORAGE/RUN/checkpoints',
  );
}

/** Whether a run is going on; undefined when nobody can tell. */
export async function isRunning(
  context: CliContext,
  runId: string | undefined,
): Promise<boolean | undefined> {
  if (runId === undefined) return undefined;
  const cluster = findCluster(context.env, context.cwd);
  return withTemporal(
    cluster,
    async (client) => (await describeRun(client, runId)).status.name === 'RUNNING',
  );
}
