/**
 * Generates libs/protocol/src/generated from proto/:
 *   ovis.js, ovis.d.ts  protobufjs static module (encode, decode, fromObject, toObject)
 *   messages.ts         what this library's callers see: plain objects with every field present, oneofs as
 *                       discriminated unions, enums without their prefix
 * `--check` generates into a temporary folder and fails when the committed files differ.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderMessages } from './render-messages.mjs';

const require = createRequire(import.meta.url);
const protobuf = require('protobufjs');
const repo = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const protoDirectory = join(repo, 'proto');
const committed = join(repo, 'libs/protocol/src/generated');
const names = ['messages.ts', 'ovis.d.ts', 'ovis.js'];

/** All .proto files, relative to proto/, in a fixed order. */
function protoFiles() {
  return readdirSync(protoDirectory, { recursive: true })
    .map((name) => String(name).split(sep).join('/'))
    .filter((name) => name.endsWith('.proto'))
    .sort();
}

function pbjs(args) {
  const program = join(dirname(require.resolve('protobufjs-cli/package.json')), 'bin/pbjs');
  execFileSync(process.execPath, [program, ...args], { cwd: repo, stdio: ['ignore', 'inherit', 'inherit'] });
}

function generate(directory) {
  mkdirSync(directory, { recursive: true });
  const files = protoFiles();
  // The same spelling of a path as an import resolves to, or pbjs reads an imported file twice.
  const sources = files.map((file) => `proto/${file}`);
  const target = ['-t', 'static-module', '-w', 'esm', '-r', 'ovis', '-p', 'proto'];
  const leaveOut = ['--no-verify', '--no-delimited', '--no-typeurl'];
  const script = join(directory, 'ovis.js');
  // The declarations come out of the comments of the JavaScript; the JavaScript itself is smaller without them.
  pbjs([...target, ...leaveOut, '--alt-comment', '--dts', '-o', script, ...sources]);
  pbjs([...target, ...leaveOut, '--no-comments', '-o', script, ...sources]);
  const declarations = join(directory, 'ovis.d.ts');
  // No field is 64 bits wide (see trainer.proto), so the import of `long`, which is not installed, is dead.
  const text = readFileSync(declarations, 'utf8').replace(/^import Long = require\("long"\);\n/m, '');
  if (/\bLong\b/.test(text))
    throw new Error('a 64-bit field appeared in proto/: use double or uint32 instead');
  writeFileSync(declarations, text);

  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('/') ? target : join(protoDirectory, target));
  root.loadSync(files, { alternateCommentMode: true });
  root.resolveAll();
  writeFileSync(join(directory, 'messages.ts'), renderMessages(root, protobuf));
}

/** The first line that differs, as "file:line". */
function firstDifference(name, expected, actual) {
  const a = expected.split('\n');
  const b = actual.split('\n');
  const line = a.findIndex((text, i) => text !== b[i]);
  const at = line === -1 ? a.length : line;
  return `  ${name}:${at + 1}\n    generated: ${a[at] ?? '(end of file)'}\n    committed: ${b[at] ?? '(end of file)'}`;
}

function check() {
  const directory = mkdtempSync(join(tmpdir(), 'ovis-protocol-'));
  try {
    generate(directory);
    const differences = [];
    for (const name of names) {
      const expected = readFileSync(join(directory, name), 'utf8');
      let actual = '';
      try {
        actual = readFileSync(join(committed, name), 'utf8');
      } catch {
        // A missing file differs from line 1 on.
      }
      if (expected !== actual) differences.push(firstDifference(name, expected, actual));
    }
    if (differences.length > 0) {
      console.error(`${relative(repo, committed)} does not agree with proto/:\n${differences.join('\n')}`);
      console.error('Run `npm run proto:generate` and commit the result.');
      process.exitCode = 1;
    } else {
      console.log(`${relative(repo, committed)} agrees with proto/ (${names.length} files).`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const [flag, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== '--check')) {
  console.error('usage: generate.mjs [--check]');
  process.exitCode = 2;
} else if (flag === '--check') {
  check();
} else {
  generate(committed);
  console.log(`Wrote ${names.join(', ')} to ${relative(repo, committed)}.`);
}
