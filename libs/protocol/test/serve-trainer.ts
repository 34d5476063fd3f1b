import { serveTrainer } from '../src/index.ts';
import { idleTrainer } from './idle-trainer.ts';

// A trainer in a process of its own, for tests that kill it: reports one step, then stays busy.
const server = await serveTrainer({
  ...idleTrainer,
  async *runStage() {
    yield { step: { step: 1 } };
    await new Promise(() => {});
  },
  stop: () => new Promise(() => {}),
});
process.stdout.write(`${server.address}\n`);
