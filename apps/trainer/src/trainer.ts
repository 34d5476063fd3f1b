import { CollectiveListener } from '@ovis/allreduce';
import { serveTrainer } from '@ovis/protocol';
import { serveMetrics, type Logger, type MetricsServer } from '@ovis/telemetry';
import { initEngine, memory } from '@ovis/tensorflow';
import { cpus, freemem, hostname, totalmem } from 'node:os';
import { CpuPriority } from './cpu-priority.ts';
import { keepRegistered } from './fleet-link.ts';
import type { TrainerOptions } from './options.ts';
import { shareThreads } from './threads.ts';
import { TrainerMetrics } from './trainer-metrics.ts';
import { TrainerWork } from './trainer-service.ts';
import { Watchdog } from './watchdog/watchdog.ts';

export interface RunningTrainer {
  /** "host:port" of its TrainerService. */
  grpcAddress: string;
  busy(): boolean;
  /** What would be lost if the process ended now, in words; empty when nothing. */
  unfinished(): string;
  /** Stops a running stage behind its step, with a checkpoint, then everything else. */
  close(reason: string): Promise<void>;
}

/**
 * Starts one trainer: engine, collective listener, gRPC server, registration with the controller.
 * @param o.onDrain the controller wants it to leave
 */
export async function startTrainer(
  options: TrainerOptions,
  log: Logger,
  o: { onDrain: (reason: string) => void },
): Promise<RunningTrainer> {
  const threads = shareThreads(options.threads);
  const engine = await initEngine(threads.engine);
  if (engine.warning) log.warn(engine.warning);
  log.info(
    `engine ${engine.backend} ${engine.version}, ${engine.devices.map(({ name }) => name).join(', ') || 'cpu'}`,
  );
  const where = { host: options.host, ...(options.advertise ? { advertise: options.advertise } : {}) };
  const listener = await CollectiveListener.listen({ ...where, port: options.collectivePort });
  const watchdog = new Watchdog({ trainerId: options.trainerId });
  const { metricsPort: port } = options;
  const metrics = port === undefined ? undefined : new TrainerMetrics({ tensorBytes: () => memory().total });
  let metricsServer: MetricsServer | undefined;
  if (metrics && port !== undefined) {
    metricsServer = await serveMetrics(metrics.registry, { host: options.host, port });
    log.info(`metrics at ${metricsServer.url}`);
  }
  const work = new TrainerWork({
    trainerId: options.trainerId,
    metrics,
    watchdog,
    priority: new CpuPriority(),
    listener,
    // A GPU is one device with one stream: it gains nothing by work side by side.
    device: { gpu: engine.gpu, lanes: engine.gpu ? 1 : threads.lanes },
    log,
  });
  const server = await serveTrainer(work.implementation, { ...where, port: options.grpcPort });
  const leaving = new AbortController();
  const gpu = engine.devices.find(({ type }) => type === 'GPU');
  const registered = keepRegistered({
    fleetAddress: options.fleetAddress,
    registration: {
      trainerId: options.trainerId,
      host: hostname(),
      grpcAddress: server.address,
      collectiveAddress: listener.address,
      pid: process.pid,
      device: {
        kind: gpu ? 'gpu' : 'cpu',
        name: gpu?.name ?? cpus()[0]?.model ?? 'cpu',
        memoryBytes: freemem(),
      },
      memoryBytes: totalmem(),
      versions: { node: process.versions.node, [engine.backend]: engine.version },
      labels: options.labels,
    },
    heartbeat: () => work.heartbeat(),
    onDrain: o.onDrain,
    onForget: (gangId, generation) =>
      void work.release(gangId, generation, 'the controller no longer knows of this gang'),
    log,
    signal: leaving.signal,
  });
  return {
    grpcAddress: server.address,
    busy: () => work.heartbeat().gangId !== '',
    unfinished: () => work.unfinished,
    async close(reason) {
      await work.drain(reason);
      leaving.abort();
      await registered;
      await server.close(500);
      await listener.close();
      await watchdog.close();
      await metricsServer?.close();
    },
  };
}
