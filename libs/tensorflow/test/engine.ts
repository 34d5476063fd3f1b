import type { EngineInfo } from '../src/index.ts';
import { initEngine } from '../src/index.ts';

/** Specs that hold on both backends run once on each: see vitest.config.ts and vitest.wasm.config.ts. */
export const BACKEND = process.env['OVIS_TEST_BACKEND'] === 'wasm' ? 'wasm' : 'libtensorflow';

/** Starts the backend under test, with few threads: spec files run side by side. */
export function startEngine(): Promise<EngineInfo> {
  return initEngine({ backend: BACKEND, intraOpThreads: 2, interOpThreads: 2 });
}
