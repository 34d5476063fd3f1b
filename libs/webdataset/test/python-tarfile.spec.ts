import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTar, TarWriter } from '../src/index.ts';
import { collect, inRandomChunks, randomBytes } from './sources.ts';

const python = spawnSync('python3', ['-c', 'import tarfile']).status === 0;
const directory = mkdtempSync(join(tmpdir(), 'ovis-tar-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const files: Record<string, Uint8Array> = {
  'a.png': randomBytes(1000, 1),
  [`${'folder/'.repeat(20)}b.json`]: randomBytes(10, 2),
  [`${'long'.repeat(60)}.png`]: randomBytes(600, 3),
  'ünïcode.txt': new Uint8Array(0),
};

describe.skipIf(!python)("python's tarfile (skipped where there is no python3)", () => {
  it('reads what we write', () => {
    const tar = new TarWriter();
    for (const [name, data] of Object.entries(files)) tar.add(name, data);
    const path = join(directory, 'ours.tar');
    writeFileSync(path, tar.finish());
    const script = `
import json, sys, tarfile
with tarfile.open(sys.argv[1], errorlevel=2) as tar:
    print(json.dumps({m.name: [m.isreg(), m.mtime, tar.extractfile(m).read().hex()] for m in tar}))`;
    const read: unknown = JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }));
    expect(read).toEqual(
      Object.fromEntries(
        Object.entries(files).map(([name, data]) => [name, [true, 0, Buffer.from(data).toString('hex')]]),
      ),
    );
  });

  it.each(['PAX_FORMAT', 'GNU_FORMAT', 'USTAR_FORMAT'])('writes what we read: %s', async (format) => {
    const path = join(directory, `${format}.tar`);
    // Plain ustar holds neither the very long name nor, portably, the other alphabet.
    const names = Object.keys(files).filter(
      (name) => format !== 'USTAR_FORMAT' || /^[\x20-\x7e]{1,160}$/.test(name),
    );
    const script = `
import io, json, sys, tarfile
with tarfile.open(sys.argv[1], 'w', format=getattr(tarfile, sys.argv[2])) as tar:
    folder = tarfile.TarInfo('folder'); folder.type = tarfile.DIRTYPE; tar.addfile(folder)
    for name, data in json.load(sys.stdin).items():
        info = tarfile.TarInfo(name); info.size = len(data) // 2; info.mtime = 1.5
        tar.addfile(info, io.BytesIO(bytes.fromhex(data)))`;
    const input = JSON.stringify(
      Object.fromEntries(names.map((name) => [name, Buffer.from(files[name] ?? []).toString('hex')])),
    );
    execFileSync('python3', ['-c', script, path, format], { input });
    const entries = await collect(readTar(inRandomChunks(readFileSync(path), 5, 3000)));
    expect(names.length).toBeGreaterThanOrEqual(2);
    expect(entries.map((entry) => [entry.name, new Uint8Array(entry.data)])).toEqual(
      names.map((name) => [name, files[name]]),
    );
  });
});
