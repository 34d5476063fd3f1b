#!/usr/bin/env node
import { startController } from './controller.ts';
import { consoleLog } from './logger.ts';
import { readOptions, usage } from './options.ts';
import { installTemporalRuntime } from './temporal.ts';

const log = consoleLog();

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(usage);
    return;
  }
  installTemporalRuntime(log);
  const controller = await startController({ ...options, log, env: process.env });
  const { temporalAddress, namespace, taskQueue } = options;
  log.info(`ready: fleet ${controller.fleetAddress}, Temporal ${temporalAddress}, task queue ${taskQueue}`);
  console.log(
    JSON.stringify({
      ready: true,
      fleetAddress: controller.fleetAddress,
      temporalAddress,
      namespace,
      taskQueue,
    }),
  );

  let signals = 0;
  const stop = (signal: NodeJS.Signals) => {
    // A second Ctrl-C must always work.
    if (++signals > 1) process.exit(130);
    log.info(`${signal}: stopping; the trainers go on with what they do`);
    void controller.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await controller.finished;
  } finally {
    await controller.close();
  }
  log.info('stopped');
}

main().then(
  // Open sockets of clients must not keep a stopped controller alive.
  () => process.exit(0),
  (error: unknown) => {
    const { code, hint } = (error ?? {}) as { code?: unknown; hint?: unknown };
    const known = typeof code === 'string' && typeof hint === 'string';
    const message =
      error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
    console.error(`error: ${message}${known ? `\n  fix: ${hint}` : ''}`);
    process.exit(code === 'BAD_OPTION' ? 2 : 1);
  },
);
