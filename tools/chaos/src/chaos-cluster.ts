import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, prepare, startCluster, TaskList, type Cluster, type ProcessEvent } from '@ovis/bootstrap';
import { networkGate, storageGate, type NetworkGate, type StorageGate } from './gates.ts';

/** A cluster that nobody else uses, whose wires and storage can be shut. */
export interface ChaosCluster {
  /** For `ovis` and everything else that uses the cluster. */
  env: NodeJS.ProcessEnv;
  bucket: string;
  fleetAddress: string;
  /** Logs of controller and trainers. */
  logDir: string;
  /** Where trainers write what they trained on. */
  auditDir: string;
  folder: string;
  /** In front of every trainer's collective, by id. */
  wires: ReadonlyMap<string, NetworkGate>;
  storage: StorageGate;
  /** @throws Error when it does not run */
  pidOf(name: string): number;
  isRunning(name: string): boolean;
  onProcessEvent(listener: (event: ProcessEvent) => void): () => void;
  stop(): Promise<void>;
}

/** Whatever ends is started again soon, however often. */
const restart = { max: 100, windowMs: 20_000, firstDelayMs: 300 };

/** What names a cluster of the user's own. */
const FOREIGN = /^(TEMPORAL_(?!BIN$)|AWS_(?!SDK_JS)|OVIS_(?!CACHE_DIR$|LAUNCHER_PID$|THREADS$))/;

/**
 * Starts Temporal and S3, then a controller and trainers that reach S3 and each other through gates of this process. All of it lives in a
 * temporary folder and on ports of its own.
 */
export async function startChaosCluster(o: { trainers: number; spares: number }): Promise<ChaosCluster> {
  for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) delete process.env[name];
  const tasks = new TaskList({ mode: 'plain', stream: process.stderr });
  const toolchain = await prepare({ tasks });
  const folder = await mkdtemp(join(tmpdir(), 'ovis-chaos-'));
  const auditDir = join(folder, 'audit');
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one().catch((error: unknown) => console.error(error));
  };
  const start = async (options: Partial<Parameters<typeof startCluster>[0]>): Promise<Cluster> => {
    const common = { toolchain, tasks, restart, handleSignals: false, trainers: 0 };
    const cluster = await startCluster({ ...common, ...options });
    stops.push(() => cluster.stop());
    return cluster;
  };
  try {
    const ids = Array.from({ length: o.trainers + o.spares }, (_, i) => `trainer-${i + 1}`);
    const [temporal, temporalUi, s3, controller, ...collectives] = await freePorts(4 + ids.length);
    const servers = await start({
      controller: false,
      stateDir: join(folder, 'servers'),
      env: strings({ OVIS_TEMPORAL_PORT: temporal, OVIS_TEMPORAL_UI_PORT: temporalUi, OVIS_S3_PORT: s3 }),
    });
    const storage = await storageGate(s3 as number);
    stops.push(() => storage.close());
    const endpoint = `http://127.0.0.1:${storage.port}`;
    const wires = new Map<string, NetworkGate>();
    const collectivePorts = new Map<string, number>();
    for (const [index, id] of ids.entries()) {
      const port = collectives[index] as number;
      const wire = await networkGate(port);
      stops.push(() => wire.close());
      wires.set(id, wire);
      collectivePorts.set(id, port);
    }
    const fleet = await start({
      ...o,
      toolchain: {
        ...toolchain,
        temporal: { kind: 'external', source: 'named', from: 'chaos', address: servers.temporalAddress },
        s3: { kind: 'external', source: 'named', from: 'chaos', address: endpoint },
      },
      stateDir: join(folder, 'fleet'),
      env: strings({ ...servers.env, AWS_ENDPOINT_URL: endpoint, OVIS_FLEET_PORT: controller }),
      trainerEnv: (index) =>
        strings({
          OVIS_SAMPLE_AUDIT: auditDir,
          OVIS_COLLECTIVE_PORT: collectivePorts.get(`trainer-${index}`),
          OVIS_COLLECTIVE_ADVERTISE: `127.0.0.1:${wires.get(`trainer-${index}`)?.port}`,
        }),
    });
    const all = () => [...servers.processes(), ...fleet.processes()];
    return {
      env: { ...process.env, ...fleet.env, OVIS_STATE_DIR: fleet.stateDir },
      bucket: fleet.s3.bucket,
      ...{ fleetAddress: fleet.fleetAddress, logDir: fleet.logDir, auditDir, folder, wires, storage, stop },
      pidOf(name) {
        const pid = all().find((one) => one.name === name)?.pid;
        if (pid === undefined) throw new Error(`${name} does not run`);
        return pid;
      },
      isRunning: (name) => all().some((one) => one.name === name),
      onProcessEvent(listener) {
        const removals = [servers, fleet].map((cluster) => cluster.onProcessEvent(listener));
        return () => removals.forEach((remove) => remove());
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function strings(values: Record<string, string | number | undefined>): Record<string, string> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
