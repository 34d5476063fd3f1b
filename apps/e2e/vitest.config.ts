import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'e2e',
    include: ['{src,test}/**/*.spec.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each file has a cluster of its own, and kills are timed: after all other projects, one file at a time.
    sequence: { groupOrder: 1 },
    maxWorkers: 1,
  },
});
