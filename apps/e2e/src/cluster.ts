import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, startCluster, taskListFor, type Cluster } from '@ovis/bootstrap';
import { openStorage, type ObjectStorage } from '@ovis/storage';
import { makeTinyRun } from '@ovis/tiny-run';
import { cleanEnv, portEnv } from './environment.ts';

export interface TestClusterOptions {
  trainers: number;
  /** Idle trainers beside them. */
  spares?: number;
  /** How often the supervisor starts one program again. */
  restarts: number;
}

export interface TestCluster {
  cluster: Cluster;
  /** For `ovis` and everything else that uses the cluster. */
  env: NodeJS.ProcessEnv;
  /** Run file of the tiny run; its data, backbones and results are in S3. */
  runFile: string;
  /** Where runs leave their results. */
  runs: ObjectStorage;
  folder: string;
  stop(): Promise<void>;
}

/** The real thing in a temporary state directory on free ports: Temporal, S3, controller, trainers; and data for a tiny run. */
export async function startTestCluster(o: TestClusterOptions): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'ovis-e2e-'));
  // What is started inherits the environment of this process.
  const clean = cleanEnv();
  for (const name of Object.keys(process.env)) if (!(name in clean)) delete process.env[name];
  const toolchain = await prepare({ quiet: true });
  const cluster = await startCluster({
    toolchain,
    trainers: o.trainers,
    spares: o.spares,
    stateDir: join(folder, 'state'),
    tasks: taskListFor({ quiet: true }),
    handleSignals: false,
    restart: { max: o.restarts, windowMs: 600_000, firstDelayMs: 300 },
    env: { ...clean, ...(await portEnv()) },
  });
  const env = { ...clean, ...cluster.env, OVIS_STATE_DIR: cluster.stateDir };
  const root = `s3://${cluster.s3.bucket}/tiny`;
  const { text } = await makeTinyRun(root, { env });
  const runFile = join(folder, 'tiny.yaml');
  await writeFile(runFile, text);
  return {
    cluster,
    env,
    runFile,
    folder,
    runs: openStorage(`${root}/runs`, env),
    stop: async () => {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
