import { BootstrapError } from '../errors.ts';
import type { TaskHandle, TaskList } from '../setup/task-list.ts';
import { controllerReady, controllerSpec, registeredTrainers, trainerSpec } from './app-specs.ts';
import { PORT_TAKEN } from './managed-process.ts';
import { checkNamedPorts, choosePort, freePorts, type PortName } from './ports.ts';
import {
  ensureClusterBucket,
  removeSeaweedSockets,
  s3Answers,
  s3Keys,
  s3Ready,
  seaweedSpec,
} from './s3-server.ts';
import type { ClusterOptions } from './start-cluster.ts';
import { clusterEnv, type ClusterState } from './state.ts';
import { TIER, type Supervisor } from './supervisor.ts';
import { extendRetention, temporalReady, temporalSpec } from './temporal-server.ts';

const CONTROLLER_READY_MS = 60_000;
const TRAINER_READY_MS = 90_000;
const S3_READY_MS = 60_000;

export interface StartContext {
  options: ClusterOptions;
  /** filled in as the parts come up */
  state: ClusterState;
  stateDir: string;
  supervisor: Supervisor;
  tasks: TaskList;
  /** small clean-ups when every process has ended */
  afterStop: (() => void)[];
}

/** Something that later parts wait for; a failure of its part fails them too. */
interface Gate {
  passed: Promise<void>;
  open(): void;
  fail(error: unknown): void;
}

function gate(): Gate {
  const { promise, resolve, reject } = withResolvers();
  promise.catch(() => undefined); // nobody may be waiting
  return { passed: promise, open: resolve, fail: reject };
}

/** `Promise.withResolvers` is not in Node 20. */
function withResolvers() {
  let resolve = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Starts the parts, each as soon as those it needs to know of answer. */
export async function startParts(context: StartContext): Promise<void> {
  const { options, state, supervisor, tasks } = context;
  const env = options.env ?? process.env;
  await checkNamedPorts(portsOf(options), env);
  state.libtensorflow = options.toolchain.libtensorflow.path;
  const [temporal, s3, fleetChosen, controller] = [gate(), gate(), gate(), gate()];
  const servers = Promise.all([temporal.passed, s3.passed]);
  servers.catch(() => undefined);
  const specs = [
    { title: 'Start Temporal', run: guarded(temporal, (task) => startTemporal(context, env, task)) },
    { title: 'Start S3', run: guarded(s3, (task) => startS3(context, env, task, s3.open)) },
  ];
  if (options.controller !== false) {
    specs.push({
      title: 'Start controller',
      run: guarded(controller, async (task) => {
        task.update('waiting for Temporal and S3');
        try {
          await servers;
          const { port, note } = await choosePort('fleet', env);
          if (note) task.warn(note);
          state.fleetAddress = `127.0.0.1:${port}`;
          fleetChosen.open();
          task.update(`starting at ${state.fleetAddress}`);
          const controllerEnv = { ...clusterEnv(state), ...metricsEnv(options, 0) };
          await supervisor.start(controllerSpec({ env: controllerEnv, port }), {
            tier: TIER.controller,
            ready: () => controllerReady(state.fleetAddress),
            timeoutMs: CONTROLLER_READY_MS,
          });
        } catch (error) {
          fleetChosen.fail(error);
          throw error;
        }
        task.result(`at ${state.fleetAddress}`);
      }),
    });
    const all = options.trainers + (options.spares ?? 0);
    if (all > 0) {
      const spare = options.spares ? `, ${options.spares} of them spare` : '';
      specs.push({
        title: all === 1 ? 'Start 1 trainer' : `Start ${all} trainers${spare}`,
        run: async (task) => {
          task.update('waiting for the controller');
          await fleetChosen.passed;
          await startTrainers(context, task, controller.passed);
        },
      });
    }
  }
  await tasks.all(specs);
}

/** Where a process serves its metrics: the controller (0) at the port, the trainers behind it. */
function metricsEnv({ metricsPort }: ClusterOptions, index: number): NodeJS.ProcessEnv {
  if (metricsPort === undefined) return {};
  return { OVIS_METRICS_PORT: String(metricsPort === 0 ? 0 : metricsPort + index) };
}

/** Those that this start will listen on. */
function portsOf({ toolchain, controller }: ClusterOptions): PortName[] {
  return [
    ...(toolchain.temporal.kind === 'external' ? [] : (['temporal', 'temporalUi'] as const)),
    ...(toolchain.s3.kind === 'external' ? [] : (['s3'] as const)),
    ...(controller === false ? [] : (['fleet'] as const)),
  ];
}

/** Opens the gate when the step ends well, and passes its error on. */
function guarded(own: Gate, run: (task: TaskHandle) => Promise<void>): (task: TaskHandle) => Promise<void> {
  return async (task) => {
    try {
      await run(task);
      own.open();
    } catch (error) {
      own.fail(error);
      throw error;
    }
  };
}

async function startTemporal(context: StartContext, env: NodeJS.ProcessEnv, task: TaskHandle): Promise<void> {
  const { options, state, stateDir, supervisor } = context;
  const part = options.toolchain.temporal;
  if (part.kind === 'external' || !part.path) {
    state.temporalAddress = part.address ?? '';
    task.result(`running at ${state.temporalAddress}`);
    return;
  }
  const binary = part.path;
  await retryPorts(async (again) => {
    const grpc = await choosePort('temporal', env, { avoidUsual: again });
    const ui = await choosePort('temporalUi', env, { avoidUsual: again });
    for (const { note } of [grpc, ui]) if (note) task.warn(note);
    state.temporalAddress = `127.0.0.1:${grpc.port}`;
    state.temporalUi = `http://127.0.0.1:${ui.port}`;
    const spec = temporalSpec({ binary, stateDir, port: grpc.port, uiPort: ui.port });
    const ready = () => temporalReady(binary, state.temporalAddress);
    await supervisor.start(spec, { tier: TIER.server, ready });
  });
  const note = await extendRetention(binary, state.temporalAddress);
  if (note) task.warn(note);
  task.result(`at ${state.temporalAddress}, page ${state.temporalUi}`);
}

/** @param onAddress called when the address is known for sure; the server may need some more seconds to be of use */
async function startS3(
  context: StartContext,
  env: NodeJS.ProcessEnv,
  task: TaskHandle,
  onAddress: () => void,
): Promise<void> {
  const { options, state, stateDir, supervisor } = context;
  const part = options.toolchain.s3;
  const bucket = env.OVIS_BUCKET || 'ovis';
  if (part.kind === 'external' || !part.path) {
    state.s3 = {
      endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL,
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      bucket,
      region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    };
    await ensureClusterBucket(state.s3);
    task.result(`running at ${part.address}, bucket ${bucket}`);
    return;
  }
  const binary = part.path;
  const { configFile, ...keys } = s3Keys(stateDir);
  const server = await retryPorts(async (again) => {
    const { port, note } = await choosePort('s3', env, { avoidUsual: again });
    if (note) task.warn(note);
    state.s3 = { endpoint: `http://127.0.0.1:${port}`, ...keys, bucket, region: 'us-east-1' };
    const ports = { s3: port, inner: await freePorts(7) };
    context.afterStop.push(() => removeSeaweedSockets(ports));
    const spec = seaweedSpec({ binary, stateDir, configFile, ports });
    const ready = () => s3Answers(state.s3);
    return supervisor.start(spec, { tier: TIER.server, ready, timeoutMs: S3_READY_MS });
  });
  onAddress();
  task.update(`at ${state.s3.endpoint}, opening its volumes`);
  await server.waitUntil(() => s3Ready(state.s3), S3_READY_MS);
  task.result(`at ${state.s3.endpoint}, bucket ${bucket}`);
}

async function startTrainers(
  context: StartContext,
  task: TaskHandle,
  controller: Promise<void>,
): Promise<void> {
  const { options, state, supervisor } = context;
  const { trainers, spares = 0 } = options;
  const all = trainers + spares;
  const started = await Promise.all(
    Array.from({ length: all }, (_, index) =>
      supervisor.start(
        trainerSpec({
          env: {
            ...clusterEnv(state),
            ...metricsEnv(options, index + 1),
            ...options.trainerEnv?.(index + 1),
          },
          index: index + 1,
          trainers,
        }),
        { tier: TIER.trainer },
      ),
    ),
  );
  await controller;
  if (options.waitForTrainers === false) return;
  await Promise.all(
    started.map((trainer) =>
      trainer.waitUntil(async () => {
        const here = (await registeredTrainers(state.fleetAddress)) ?? [];
        task.update(`${here.length} of ${all} have registered`);
        return here.includes(trainer.spec.name);
      }, TRAINER_READY_MS),
    ),
  );
  task.result(`${all} registered`);
}

/** Another program may take a port between our look and the server's start: one more attempt, with other ports. */
async function retryPorts<T>(start: (again: boolean) => Promise<T>): Promise<T> {
  try {
    return await start(false);
  } catch (error) {
    const taken = error instanceof BootstrapError && PORT_TAKEN.test(error.message);
    if (!taken) throw error;
    return start(true);
  }
}
