import { defineProject } from 'vitest/config';

/** The model computes the same on the fallback backend: its quick specs run here once more. */
export default defineProject({
  test: {
    name: 'model-wasm',
    env: { OVIS_TEST_BACKEND: 'wasm' },
    setupFiles: ['../tensorflow/test/start-wasm.ts'],
    include: ['src/**/*.spec.ts'],
    // Thousands of draws; sampling.spec.ts draws on this backend, too.
    exclude: ['src/llm/choose-tokens.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
