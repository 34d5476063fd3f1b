import { createRequire } from 'node:module';
import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from './backend.ts';

const require = createRequire(import.meta.url);

/** Backend name under which tfjs-node registers its kernels. */
export const BACKEND_NAME = 'tensorflow';

/**
 * Registers tfjs-node-gpu's kernels (without its native addon: its index.js, which looks for it, is never required) and the
 * backend they run on.
 */
export function registerKernels(backend: LibtensorflowBackend): void {
  restoreUtil();
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  tf.registerBackend(BACKEND_NAME, () => backend, 3);
}

/** tfjs-node calls helpers of node:util that Node 23 removed. */
function restoreUtil(): void {
  const legacy = require('node:util') as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] ??= Array.isArray;
}
