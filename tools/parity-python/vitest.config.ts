import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'parity-python',
    include: ['{src,test}/**/*.spec.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
