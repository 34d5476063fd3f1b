import { createRequire } from 'node:module';
import { tf } from '@ovis/tensorflow';
import { dispatchWork } from '../models/dispatch.ts';
import { serve } from '../worker.ts';

interface Tfjs {
  NodeJSKernelBackend: new (binding: unknown, packageName: string) => ReturnType<typeof tf.backend>;
}

// What @tensorflow/tfjs-node's own index.js does, with the addon from where the bench built it.
serve(async (params) => {
  const require = createRequire(import.meta.url);
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined; // gone since Node 23
  util['isArray'] ??= Array.isArray;
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as Tfjs;
  const binding: unknown = require(process.env['OVIS_BENCH_TFJS_ADDON'] ?? '');
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
  await tf.setBackend('tensorflow');
  return dispatchWork(params['count'] as number);
});
