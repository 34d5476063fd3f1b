import fs from 'node:fs';
import path from 'node:path';
import { identify, isSameProcess, type ProcessIdentity } from './process-identity.ts';

/** One process of the cluster, as recorded in cluster.json. */
export interface ProcessRecord extends ProcessIdentity {
  name: string;
  port?: number;
}

/** How S3 is reached. Secret: the file that holds it has mode 0600. */
export interface S3Access {
  /** absent for AWS itself */
  endpoint?: string;
  /** absent when the environment has its own way to credentials (AWS_PROFILE, a role) */
  accessKeyId?: string;
  secretAccessKey?: string;
  bucket: string;
  region: string;
}

/** `.ovis/cluster.json`: what runs and where, for other commands and for a later start. */
export interface ClusterState {
  supervisor: ProcessIdentity;
  startedAt: string;
  temporalAddress: string;
  temporalUi?: string;
  fleetAddress: string;
  s3: S3Access;
  libtensorflow?: string;
  processes: ProcessRecord[];
}

export function clusterFile(stateDir: string): string {
  return path.join(stateDir, 'cluster.json');
}

/** The record of the last start, whether or not it still runs; undefined when there is none or it cannot be read. */
export function readClusterState(stateDir: string): ClusterState | undefined {
  try {
    const state = JSON.parse(fs.readFileSync(clusterFile(stateDir), 'utf8')) as ClusterState;
    return state.supervisor && Array.isArray(state.processes) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** The record of a cluster whose supervisor is alive. */
export function runningCluster(stateDir: string): ClusterState | undefined {
  const state = readClusterState(stateDir);
  return state && isSameProcess(state.supervisor) ? state : undefined;
}

/** Writes the record at once or not at all, readable by its owner only. */
export function writeClusterState(stateDir: string, state: ClusterState): void {
  const draft = `${clusterFile(stateDir)}.${process.pid}.tmp`;
  fs.writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(draft, clusterFile(stateDir));
}

export function removeClusterState(stateDir: string): void {
  fs.rmSync(clusterFile(stateDir), { force: true });
}

/** This process, as supervisor. */
export function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startTime: '', command: process.argv.join(' ') };
}

/** Environment with which any ovis command or process uses this cluster. */
export function clusterEnv(
  state: Omit<ClusterState, 'processes' | 'supervisor' | 'startedAt'>,
): Record<string, string> {
  const env: Record<string, string> = {
    TEMPORAL_ADDRESS: state.temporalAddress,
    OVIS_FLEET_ADDRESS: state.fleetAddress,
    OVIS_BUCKET: state.s3.bucket,
    AWS_REGION: state.s3.region,
  };
  if (state.s3.endpoint) env.AWS_ENDPOINT_URL = state.s3.endpoint;
  if (state.s3.accessKeyId) env.AWS_ACCESS_KEY_ID = state.s3.accessKeyId;
  if (state.s3.secretAccessKey) env.AWS_SECRET_ACCESS_KEY = state.s3.secretAccessKey;
  if (state.libtensorflow) env.LIBTENSORFLOW_PATH = state.libtensorflow;
  return env;
}
