/**
 * Compiles kernels/*.ts (AssemblyScript) to src/kernels/module.ts:
 *   node libs/allreduce/scripts/build-kernels.mjs [--check]
 * `--check` fails when the committed module is not what the sources give.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('..', import.meta.url));
const file = `${folder}src/kernels/module.ts`;
const FLAGS = [
  ...['--outFile', 'kernels.wasm', '--runtime', 'stub', '--noAssert', '-O3'],
  ...['--enable', 'simd', '--importMemory', '--noExportMemory', '--baseDir', folder],
];

/** The compiled module as TypeScript source. @throws Error with the compiler's messages */
export async function renderKernels() {
  let binary;
  const { error, stderr } = await asc.main(['kernels/index.ts', ...FLAGS], {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) binary = contents;
    },
  });
  if (error || !binary) throw new Error(`the kernels do not compile: ${stderr.toString() || error}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,120}/g);
  return [
    '// Generated from kernels/ by scripts/build-kernels.mjs: do not edit.',
    '/** The kernels as a WebAssembly module, base64. */',
    `export const KERNELS =\n  ${lines.map((line) => `'${line}'`).join(' +\n  ')};\n`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = await renderKernels();
  if (process.argv.includes('--check')) {
    const same = readFileSync(file, 'utf8') === source;
    if (!same)
      process.stderr.write('src/kernels/module.ts is not what kernels/ gives: run build-kernels.mjs\n');
    process.exitCode = same ? 0 : 1;
  } else writeFileSync(file, source);
}
