import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';

const require = createRequire(import.meta.url);

/**
 * The spec names (parts of them) that tfjs-node leaves out of TF.js's specs: read from its own published test program, which
 * cannot be run here because it needs the compiled addon.
 */
export function publishedIgnoreList(): string[] {
  const program = require.resolve('@tensorflow/tfjs-node-gpu/dist/run_tests.js');
  const literal = /IGNORE_LIST = (\[[\s\S]*?\n\]);/.exec(readFileSync(program, 'utf8'))?.[1];
  if (!literal) throw new Error(`${program} has no IGNORE_LIST any more: adapt ignore-list.ts.`);
  return runInNewContext(literal) as string[];
}
