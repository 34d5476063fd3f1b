import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'pretrained', include: ['{src,test}/**/*.spec.ts'], testTimeout: 60_000 },
});
