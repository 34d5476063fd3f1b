import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'training',
    include: ['{src,test}/**/*.spec.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
