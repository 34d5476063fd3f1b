import { initEngine } from '@ovis/tensorflow';

/** The specs run a second time on WASM (vitest.wasm.config.ts), where nothing is traced. */
export const ON_WASM = process.env['OVIS_TEST_BACKEND'] === 'wasm';

/** Specs run on the engine that is installed: libtensorflow, else WASM. */
export async function startEngine(): Promise<void> {
  await initEngine();
}
