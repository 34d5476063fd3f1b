import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkpointPrefix } from '@ovis/workflows';
import { findCluster, storageEnvOf, type Cluster } from './cluster.ts';
import type { CliContext } from './context.ts';
import { CliError } from './errors.ts';
import { describeRun, memoOf } from './runs.ts';
import { withTemporal } from './temporal.ts';

/**
 * The URL of a model that somebody names: a URL, an existing path, or a run of the cluster (then its latest checkpoint).
 * @throws CliError NO_MODEL, NO_RUN
 */
export async function findModel(
  context: CliContext,
  name: string,
): Promise<{ url: string; env: NodeJS.ProcessEnv }> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return { url: name, env: storageEnvOf(context) };
  const path = resolve(context.cwd, name);
  if (existsSync(path)) return { url: path, env: context.env };
  const cluster = clusterFor(context, name);
  return withTemporal(cluster, async (client) => {
    const memo = memoOf(await describeRun(client, name));
    if (!memo) throw new CliError('NO_RUN', `'${name}' is no training run`, "'ovis status' lists the runs");
    return { url: `${memo.config.storage}/${checkpointPrefix(name)}`, env: cluster.storageEnv };
  });
}

function clusterFor({ env, cwd }: CliContext, name: string): Cluster {
  try {
    return findCluster(env, cwd);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'NO_CLUSTER') throw error;
    throw new CliError(
      'NO_MODEL',
      `'${name}' is no folder, and no cluster is known that could have a run of that name`,
      'give the folder or URL of a model, or start the cluster: ovis up',
      error,
    );
  }
}
