import { defineProject } from 'vitest/config';

/** Specs of what must be the same without libtensorflow: they run here once more. */
export default defineProject({
  test: {
    name: 'tensorflow-wasm',
    env: { OVIS_TEST_BACKEND: 'wasm' },
    setupFiles: ['test/start-wasm.ts'],
    include: ['src/{backend/gradients,compile/both-backends,nn/*,ops/*}.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
