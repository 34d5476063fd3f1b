import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'telemetry', include: ['{src,test}/**/*.spec.ts'], testTimeout: 60_000 },
});
