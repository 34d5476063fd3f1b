import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const index = new URL('../src/index.ts', import.meta.url).href;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ovis-engine-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a program in a process of its own; rejects when it crashes, hangs or exits with an error. */
async function program(name: string, body: string): Promise<{ stdout: string; stderr: string }> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, `import { compile, initEngine, tf } from ${JSON.stringify(index)};\n${body}`);
  const tsx = import.meta.resolve('tsx');
  return run(process.execPath, ['--no-warnings', '--import', tsx, file], {
    timeout: 45_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined },
  });
}

test('a process ends by itself after using the engine, and quietly', async () => {
  const { stdout, stderr } = await program(
    'ends',
    `await initEngine({ backend: 'libtensorflow' });
     const f = compile((x) => tf.matMul(x, x));
     console.log((await f(tf.ones([2, 2]))).dataSync()[0]);`,
  );
  expect(stdout.trim()).toBe('2');
  expect(stderr).toBe('');
});

test.each([1, 2])('on WASM with %i threads, too, and leaves nothing behind', async (threads) => {
  const { stdout, stderr } = await program(
    `ends-wasm-${threads}`,
    `const handlers = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
     const before = handlers();
     const info = await initEngine({ backend: 'wasm', intraOpThreads: ${threads} });
     const a = tf.ones([256, 256]);
     console.log(info.devices[0].name, info.warning, tf.matMul(a, a).dataSync()[0]);
     console.log(handlers() - before, typeof globalThis.Worker);`,
  );
  const name = threads === 1 ? 'wasm' : 'wasm (2 threads)';
  expect(stdout).toBe(`${name} undefined 256\n0 undefined\n`);
  expect(stderr).toBe('');
});

test('WASM goes on without threads where workers cannot start, and says why', async () => {
  const { stdout } = await program(
    'no-workers',
    `import { createRequire } from 'node:module';
     // What a broken installation looks like: the workers' program is no JavaScript.
     const require = createRequire(${JSON.stringify(index)});
     require('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js').wasmWorkerContents = '?';
     const info = await initEngine({ backend: 'wasm', intraOpThreads: 2 });
     const a = tf.ones([8, 8]);
     console.log(info.devices[0].name + ': ' + info.warning + ': ' + tf.matMul(a, a).dataSync()[0]);`,
  );
  expect(stdout).toMatch(/^wasm: WASM runs on one thread: .*Unexpected token '\?'.*: 8\n$/s);
});

test('process.exit while a function runs does not crash', async () => {
  const { stdout } = await program(
    'exits',
    `await initEngine({ backend: 'libtensorflow' });
     const f = compile((x) => { let y = x; for (let i = 0; i < 200; i++) y = tf.tanh(tf.matMul(y, x)); return y; });
     void f(tf.randomNormal([400, 400]));
     setTimeout(() => { console.log('leaving'); process.exit(0); }, 30);`,
  );
  expect(stdout.trim()).toBe('leaving');
});

test('a named library that is missing or broken is an error; a broken cached one falls back to WASM', async () => {
  await writeFile(join(folder, 'libtensorflow_cc.so.2'), 'not a library');
  const report = `.then((i) => i.backend + ': ' + i.warning, (e) => e.code + ': ' + e.message)`;
  const { stdout } = await program(
    'missing',
    `const folder = ${JSON.stringify(folder)};
     console.log(await initEngine({ libtensorflow: folder + '/nowhere' })${report});
     console.log(await initEngine({ libtensorflow: folder })${report});
     process.env.OVIS_CACHE_DIR = folder + '/empty';
     console.log(await initEngine()${report});`,
  );
  const [missing, broken, fallback] = stdout.trim().split('\n');
  expect(missing).toMatch(/^LIBRARY_NOT_FOUND: There is no libtensorflow at .*nowhere/);
  expect(broken).toMatch(/^LIBRARY_LOAD_FAILED: Could not load libtensorflow from .*too short/);
  expect(fallback).toMatch(/^wasm: No libtensorflow was found.*npm start/);
});
