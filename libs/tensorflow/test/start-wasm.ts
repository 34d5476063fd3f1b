/**
 * Runs before each spec file of the WASM projects. The first call of initEngine decides, so that whatever engine a spec asks
 * for itself, it runs on this one.
 */
import { startEngine } from './engine.ts';

const { backend } = await startEngine();
if (backend !== 'wasm') throw new Error(`OVIS_TEST_BACKEND is not wasm: the engine is ${backend}.`);
