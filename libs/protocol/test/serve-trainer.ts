import { serveTrainer } from '../src/index.ts';

// A trainer in a process of its own, for tests that kill it: reports one step, then stays busy.
const server = await serveTrainer({
  async *runStage() {
    yield { step: { step: 1 } };
    await new Promise(() => {});
  },
  async *attach() {},
  stop: () => new Promise(() => {}),
  async *evaluate() {},
  getStatus: async () => ({}),
});
process.stdout.write(`${server.address}\n`);
