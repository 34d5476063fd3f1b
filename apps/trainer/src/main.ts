import { createLogger } from '@ovis/telemetry';
import { errorFacts } from './errors.ts';
import { readOptions, usage } from './options.ts';
import { startTrainer } from './trainer.ts';

/** Exit code of a trainer that was asked to stop: run it elsewhere (sysexits' EX_TEMPFAIL). */
const STOPPED = 75;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(usage());
    return;
  }
  const log = createLogger({ name: options.trainerId });
  const trainer = await startTrainer(options, log);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(STOPPED);
    stopping = true;
    log.info(`${signal}: finishing the step; send it again to stop at once`);
    const busy = trainer.busy();
    void trainer.close(`trainer got ${signal}`).then(() => process.exit(busy ? STOPPED : 0));
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
