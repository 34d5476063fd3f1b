import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'controller',
    include: ['{src,test}/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
