import type { Worker } from '@temporalio/worker';
import { serveFleet, type RunningServer } from '@ovis/protocol';
import { serveMetrics, type MetricsServer } from '@ovis/telemetry';
import { bundleWorkflows } from '@ovis/workflows';
import { createActivities } from './activities/index.ts';
import { defaultDriveTimes, type DriveTimes } from './drive/drive-times.ts';
import { fleetService } from './fleet/fleet-service.ts';
import { FleetMetrics } from './fleet/fleet-metrics.ts';
import { GangQueue } from './fleet/gang-queue.ts';
import { RunFeed } from './fleet/run-feed.ts';
import { TrainerRegistry, type FleetTimes } from './fleet/trainer-registry.ts';
import type { Log } from './logger.ts';
import type { ControllerOptions } from './options.ts';
import { connectTemporal, createWorker, reporter, RunFollower } from './temporal.ts';

export interface StartOptions extends ControllerOptions {
  log: Log;
  /** Where storage credentials come from. */
  env: NodeJS.ProcessEnv;
  /** For tests. */
  fleetTimes?: Partial<FleetTimes>;
  driveTimes?: Partial<DriveTimes>;
  followPatienceMs?: number;
}

export interface RunningController {
  /** "host:port" that trainers dial. */
  fleetAddress: string;
  /** Where Prometheus reads; undefined when no metrics are served. */
  metricsUrl: string | undefined;
  /** Rejects when the Temporal worker fails; resolves after close. */
  finished: Promise<void>;
  /** Detaches from the runs (their trainers go on) and gives everything back. */
  close(): Promise<void>;
}

/** Starts the Temporal worker and FleetService in this process. @throws ControllerError, ListenError */
export async function startController(o: StartOptions): Promise<RunningController> {
  const { log } = o;
  const temporal = await connectTemporal({ address: o.temporalAddress, namespace: o.namespace });
  const registry = new TrainerRegistry({ times: o.fleetTimes });
  const queue = new GangQueue();
  const metrics = o.metricsPort === undefined ? undefined : new FleetMetrics({ registry, queue });
  const feed = new RunFeed((event) => metrics?.apply(event));
  const follower = new RunFollower(temporal.client, feed, { log, patienceMs: o.followPatienceMs });
  const follow = (runId: string) => follower.follow(runId);
  let server: RunningServer | undefined;
  let metricsServer: MetricsServer | undefined;
  let worker: Worker;
  try {
    if (metrics && o.metricsPort !== undefined) {
      metricsServer = await serveMetrics(metrics.registry, { host: o.host, port: o.metricsPort });
      log.info(`metrics at ${metricsServer.url}`);
    }
    server = await serveFleet(fleetService({ registry, queue, feed, log, follow }), {
      host: o.host,
      port: o.port,
      ...(o.advertise === '' ? {} : { advertise: o.advertise }),
    });
    const bundle = await bundleWorkflows();
    log.info(`workflow code ${bundle.cached ? 'from the cache' : 'bundled'} in ${Math.round(bundle.ms)} ms`);
    worker = await createWorker({
      native: temporal.native,
      namespace: o.namespace,
      taskQueue: o.taskQueue,
      codePath: bundle.codePath,
      activities: createActivities({
        registry,
        queue,
        feed,
        log,
        times: { ...defaultDriveTimes, ...o.driveTimes },
        report: reporter(temporal.client, log),
        follow,
        env: o.env,
      }),
    });
  } catch (error) {
    await server?.close();
    await metricsServer?.close();
    await temporal.close();
    throw error;
  }
  const { address, close: closeServer } = server;
  const finished = worker.run();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    follower.close();
    await finished.catch((error: unknown) => log.error(`the Temporal worker failed: ${String(error)}`));
    await closeServer(200);
    await metricsServer?.close();
    await temporal.close();
  };
  return {
    fleetAddress: address,
    metricsUrl: metricsServer?.url,
    finished,
    close: () => (closing ??= close()),
  };
}
