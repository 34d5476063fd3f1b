import { defineConfig } from 'vitest/config';

/**
 * One vitest project per nx project, so that `nx test NAME`, `npx vitest --project NAME` and `npm test` run the same files,
 * and one more (NAME-wasm) where specs run a second time on the WASM backend.
 */
export default defineConfig({
  test: {
    projects: ['libs/*', 'libs/*/vitest.wasm.config.ts', 'tools/*', 'apps/*'],
    maxWorkers: 2,
    reporters: ['default'],
  },
});
