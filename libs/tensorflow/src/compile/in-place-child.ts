/**
 * The program of in-place.spec.ts: updates weights of 16 MB each in the call that also reads them, and says how much memory the
 * process took at most, from before they were made. Linux only. Run as `node --expose-gc --import tsx in-place-child.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { initEngine, memory, tf } from '../index.ts';
import { chainOfLayers } from './in-place-layers.ts';

const SIZE = 2048;
const LAYERS = 8;

function kilobytes(field: string): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)![1]);
}

await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
tf.tidy(() => tf.matMul(tf.fill([64, 64], 1), tf.fill([64, 64], 1)).dataSync());
globalThis.gc!();
// Makes the highest RSS so far the present one.
writeFileSync('/proc/self/clear_refs', '5');
const rss = kilobytes('VmRSS');
const { step } = chainOfLayers(LAYERS, SIZE, (i) => tf.fill([SIZE, SIZE], (i + 1) / SIZE));
const x = tf.ones([1, SIZE]) as tf.Tensor2D;
const gradient = tf.fill([SIZE, SIZE], 0.5);
const before = memory().variables;
for (let i = 0; i < 4; i++) tf.dispose(await step(x, gradient));
const peak = (kilobytes('VmHWM') - rss) * 1024;
process.stdout.write(JSON.stringify({ peak, before, after: memory().variables }));
