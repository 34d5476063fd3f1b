import { defineConfig } from 'vitest/config';

/** One vitest project per nx project, so that `nx test NAME`, `npx vitest --project NAME` and `npm test` run the same files. */
export default defineConfig({
  test: {
    projects: ['libs/*', 'tools/*', 'apps/*'],
    maxWorkers: 2,
    reporters: ['default'],
  },
});
