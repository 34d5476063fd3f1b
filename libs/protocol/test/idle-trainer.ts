import type { TrainerImplementation } from '../src/index.ts';

/** A trainer that does nothing; specs replace the calls they are about. */
export const idleTrainer: TrainerImplementation = {
  reserve: async () => ({}),
  release: async () => ({}),
  async *runStage() {},
  prepare: async () => ({ prepared: true }),
  async *attach() {},
  stop: async () => ({}),
  async *evaluate() {},
  getStatus: async () => ({}),
  diagnose: async () => ({}),
};
