import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'allreduce',
    include: ['{src,test}/**/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
