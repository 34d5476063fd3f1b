import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from './errors.ts';

/** `.ovis/cluster.json`, written by `ovis up` while a local cluster runs. */
export interface ClusterState {
  temporalAddress: string;
  /** URL of Temporal's web page. */
  temporalUi?: string;
  fleetAddress?: string;
  /** Without an endpoint: AWS itself; without keys: the environment has its own way to them. */
  s3?: {
    endpoint?: string;
    accessKeyId?: string;
    secretAccessKey?: string;
    bucket?: string;
    region?: string;
  };
}

/** Where the parts of the cluster are, and who says so. */
export interface Cluster {
  temporalAddress: string;
  temporalNamespace: string;
  /** For messages: which setting the Temporal address came from. */
  source: string;
  temporalUi?: string;
  fleetAddress?: string;
  /** Environment with storage credentials, for @ovis/storage. */
  storageEnv: NodeJS.ProcessEnv;
}

/** The environment first, then the local cluster. @throws CliError NO_CLUSTER, BAD_CLUSTER_FILE */
export function findCluster(env: NodeJS.ProcessEnv, cwd: string): Cluster {
  const file = clusterFile(env, cwd);
  const state = file === undefined ? undefined : readState(file);
  const temporalAddress = env['TEMPORAL_ADDRESS'] || state?.temporalAddress;
  if (temporalAddress === undefined || temporalAddress === '') {
    throw new CliError(
      'NO_CLUSTER',
      'no cluster is known: TEMPORAL_ADDRESS is not set and no local cluster runs (.ovis/cluster.json is missing)',
      "start a local one with 'ovis up', or set TEMPORAL_ADDRESS=HOST:PORT",
    );
  }
  return {
    temporalAddress,
    temporalNamespace: env['TEMPORAL_NAMESPACE'] || 'default',
    source: env['TEMPORAL_ADDRESS'] ? 'TEMPORAL_ADDRESS' : (file ?? ''),
    temporalUi: env['TEMPORAL_ADDRESS'] ? env['TEMPORAL_UI'] : state?.temporalUi,
    fleetAddress: env['OVIS_FLEET_ADDRESS'] || state?.fleetAddress,
    storageEnv: storageEnv(env, state),
  };
}

/** Storage that the user points to wins over the local cluster's as a whole: keys of one never go to the other. */
export function storageEnv(env: NodeJS.ProcessEnv, state: ClusterState | undefined): NodeJS.ProcessEnv {
  const own =
    env['AWS_ENDPOINT_URL'] ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ACCESS_KEY_ID'] ?? env['AWS_PROFILE'];
  if (own !== undefined || state?.s3 === undefined) return env;
  const { endpoint, accessKeyId, secretAccessKey, region } = state.s3;
  return {
    ...env,
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
    ...(accessKeyId === undefined
      ? {}
      : { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }),
    ...(region === undefined ? {} : { AWS_REGION: region }),
  };
}

/** Storage of the cluster where one is known; else that of the environment. */
export function storageEnvOf({ env, cwd }: { env: NodeJS.ProcessEnv; cwd: string }): NodeJS.ProcessEnv {
  try {
    return findCluster(env, cwd).storageEnv;
  } catch (error) {
    if (error instanceof CliError && error.code === 'NO_CLUSTER') return env;
    throw error;
  }
}

/** In OVIS_STATE_DIR, else the nearest `.ovis` above `cwd`, else that of the repository this file is in. */
function clusterFile(env: NodeJS.ProcessEnv, cwd: string): string | undefined {
  if (env['OVIS_STATE_DIR']) {
    const file = join(env['OVIS_STATE_DIR'], 'cluster.json');
    return existsSync(file) ? file : undefined;
  }
  const repository = fileURLToPath(new URL('../../..', import.meta.url));
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, '.ovis', 'cluster.json');
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) break;
  }
  const file = join(repository, '.ovis', 'cluster.json');
  return existsSync(file) ? file : undefined;
}

function readState(file: string): ClusterState {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof state === 'object' && state !== null && 'temporalAddress' in state)
      return state as ClusterState;
    throw new Error('it has no temporalAddress');
  } catch (error) {
    throw new CliError(
      'BAD_CLUSTER_FILE',
      `cannot use ${file}: ${error instanceof Error ? error.message : String(error)}`,
      `delete it and run 'ovis up' again`,
      error,
    );
  }
}
