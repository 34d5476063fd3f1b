import { initEngine } from '@ovis/tensorflow';

/** Specs run on the engine that is installed: libtensorflow, else WASM. */
export async function startEngine(): Promise<void> {
  await initEngine();
}
