import { createLogger } from '@ovis/telemetry';
import { errorFacts } from './errors.ts';
import { readOptions, usage } from './options.ts';
import { startTrainer, type RunningTrainer } from './trainer.ts';

/** Exit code of a trainer that was asked to stop: run it elsewhere (sysexits' EX_TEMPFAIL). */
const STOPPED = 75;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(usage());
    return;
  }
  const log = createLogger({ name: options.trainerId });
  let stopping = false;
  const leave = (trainer: RunningTrainer, reason: string, code: number) => {
    stopping = true;
    if (options.graceSeconds > 0) {
      setTimeout(() => {
        log.error(`not finished within ${options.graceSeconds} s: ${trainer.unfinished() || 'closing down'}`);
        process.exit(STOPPED);
      }, options.graceSeconds * 1000).unref();
    }
    void trainer.close(reason).then(() => process.exit(code));
  };
  const trainer = await startTrainer(options, log, {
    onDrain: (reason) => {
      log.info(`asked to leave: ${reason}`);
      if (!stopping) leave(trainer, reason, 0);
    },
  });
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(STOPPED);
    log.info(`${signal}: finishing the step; send it again to stop at once`);
    leave(trainer, `trainer got ${signal}`, trainer.busy() ? STOPPED : 0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by a supervisor over a channel: when that goes away, so does this process.
  process.on('disconnect', () => stop('SIGTERM'));
}

main().catch((error: unknown) => {
  const { code, message, hint } = errorFacts(error);
  console.error(`error: ${message} [${code}]\n  fix: ${hint}`);
  process.exitCode = code === 'BAD_OPTION' ? 2 : 1;
});
