import { defineProject } from 'vitest/config';

/** What must be the same without libtensorflow: specs that start their engine through test/engine.ts run here once more. */
export default defineProject({
  test: {
    name: 'tensorflow-wasm',
    env: { OVIS_TEST_BACKEND: 'wasm' },
    include: ['src/{backend/gradients,compile/both-backends,nn/*,ops/*}.spec.ts'],
    testTimeout: 60_000,
  },
});
