import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory, zip } from '../../test/fake-programs.ts';
import { extractZipEntry, readZipEntries } from './zip.ts';

let directory: string;
beforeAll(() => void (directory = temporaryDirectory()));
afterAll(() => fs.rmSync(directory, { recursive: true }));

const text = Buffer.from('the same words again and again '.repeat(1000));
// 3 MB: several chunks of the reader
const noise = randomBytes(3_000_000);

function archive(name: string, bytes: Buffer): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, bytes);
  return file;
}

async function extract(file: string, name: string): Promise<Buffer> {
  const entry = (await readZipEntries(file)).find((one) => one.name === name);
  if (!entry) throw new Error(`no ${name}`);
  const target = path.join(directory, `out-${Math.random()}`);
  await extractZipEntry(file, entry, target, { mode: 0o755 });
  expect(fs.statSync(target).mode & 0o777).toBe(0o755);
  return fs.readFileSync(target);
}

describe('zip', () => {
  it('extracts deflated and stored entries byte for byte', async () => {
    const file = archive(
      'a.zip',
      zip([
        { name: 'pkg/text', data: text },
        { name: 'pkg/noise', data: noise },
        { name: 'pkg/stored', data: noise, stored: true },
      ]),
    );
    expect((await readZipEntries(file)).map((entry) => [entry.name, entry.size])).toEqual([
      ['pkg/text', text.length],
      ['pkg/noise', noise.length],
      ['pkg/stored', noise.length],
    ]);
    expect((await extract(file, 'pkg/text')).equals(text)).toBe(true);
    expect((await extract(file, 'pkg/noise')).equals(noise)).toBe(true);
    expect((await extract(file, 'pkg/stored')).equals(noise)).toBe(true);
  });

  it("reads an archive that Python's zipfile wrote", async () => {
    const file = path.join(directory, 'python.zip');
    const script = `import zipfile; z=zipfile.ZipFile(${JSON.stringify(file)},'w',zipfile.ZIP_DEFLATED); z.writestr('x/data', 'abc'*99999); z.close()`;
    execFileSync('python3', ['-c', script]);
    expect((await extract(file, 'x/data')).toString()).toBe('abc'.repeat(99999));
  });

  it('refuses a truncated archive, damaged data and a file that is none', async () => {
    const whole = zip([{ name: 'noise', data: noise, stored: true }]);
    const truncated = archive('truncated.zip', whole.subarray(0, whole.length - 30));
    await expect(readZipEntries(truncated)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' });
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(5000) ^ 1, 5000);
    await expect(extract(archive('damaged.zip', damaged), 'noise')).rejects.toMatchObject({
      code: 'CORRUPT_ARCHIVE',
    });
    const deflated = zip([{ name: 'text', data: text }]);
    deflated.fill(0xff, 60, 90);
    await expect(extract(archive('deflated.zip', deflated), 'text')).rejects.toMatchObject({
      code: 'CORRUPT_ARCHIVE',
    });
    await expect(readZipEntries(archive('none.zip', text))).rejects.toMatchObject({
      code: 'CORRUPT_ARCHIVE',
    });
  });
});
