import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'parity', include: ['{src,test}/**/*.spec.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
});
