import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'tiny-run', include: ['{src,test}/**/*.spec.ts'], passWithNoTests: true },
});
