import { describe, expect, it } from 'vitest';
import { collect, inRandomChunks, randomBytes } from '../test/sources.ts';
import { CorruptShardError, TruncatedShardError } from './errors.ts';
import { readTar } from './read-tar.ts';
import { checksum } from './tar-header.ts';
import { TarParser } from './tar-parser.ts';
import { TarWriter } from './tar-writer.ts';

const files: [string, Uint8Array][] = [
  ['a.png', randomBytes(1, 1)],
  ['a.json', new Uint8Array(0)],
  ['dir/b.png', randomBytes(512, 2)],
  [`${'deep/'.repeat(25)}c.png`, randomBytes(513, 3)], // ustar's prefix field
  [`${'x'.repeat(300)}.png`, randomBytes(70_000, 4)], // pax
  ['grün-😀.png', randomBytes(1023, 5)],
  ['z.cls', new TextEncoder().encode('7')],
];

function archiveOf(entries: [string, Uint8Array][]): Uint8Array {
  const tar = new TarWriter();
  for (const [name, data] of entries) tar.add(name, data);
  return tar.finish();
}

const archive = archiveOf(files);
// As base64: comparing long arrays element by element is slow.
const plain = (entries: { name: string; data: Uint8Array }[]): [string, string][] =>
  entries.map(({ name, data }) => [name, Buffer.from(data).toString('base64')]);
const written = plain(files.map(([name, data]) => ({ name, data })));

describe('tar', () => {
  it('reads what was written, however the bytes arrive', async () => {
    for (const [seed, largest] of [
      [1, 1],
      [2, 7],
      [3, 511],
      [4, 513],
      [5, 5_000],
      [6, 100_000],
      [7, 10],
      [8, 1_500],
      [9, 40_000],
    ] as const) {
      expect(plain(await collect(readTar(inRandomChunks(archive, seed, largest))))).toEqual(written);
    }
  });

  it('gives positions at which reading can begin', async () => {
    const entries = await collect(readTar(inRandomChunks(archive, 11, 900)));
    for (const [i, entry] of entries.entries()) {
      const rest = inRandomChunks(archive.subarray(entry.offset), i, 2_000);
      const again = await collect(readTar(rest, { start: entry.offset }));
      expect(again.map((e) => [e.name, e.offset])).toEqual(entries.slice(i).map((e) => [e.name, e.offset]));
    }
  });

  it('cuts data out of the chunk instead of copying it', () => {
    const entries = new TarParser({ shard: 's' }).push(archive);
    expect(entries).toHaveLength(files.length);
    for (const entry of entries.filter((e) => e.data.length > 0))
      expect(entry.data.buffer).toBe(archive.buffer);
  });

  it('writes the same bytes for the same files', () => {
    expect(Buffer.compare(archiveOf(files), archive)).toBe(0);
    expect(archive.length % 512).toBe(0);
  });

  it('names shard and byte of every truncation', async () => {
    // Every block boundary and some places inside blocks; the last 512 bytes are the second, optional end block.
    const cuts = Array.from({ length: archive.length / 512 - 1 }, (_, i) => i * 512).flatMap((at) => [
      at,
      at + 1,
      at + 300,
    ]);
    for (const cut of cuts.filter((at) => at < archive.length - 1024 || at % 512 > 0)) {
      const at = Math.min(cut, archive.length - 1024 + 1);
      const error: unknown = await collect(
        readTar(inRandomChunks(archive.subarray(0, at), at, 3_000), { shard: 's3://b/train-000001.tar' }),
      ).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(TruncatedShardError);
      expect(error).toMatchObject({ code: 'TRUNCATED_SHARD', shard: 's3://b/train-000001.tar', offset: at });
    }
  });

  it('finds a damaged header and says where', async () => {
    const entries = await collect(readTar(inRandomChunks(archive, 1, 5_000)));
    const third = entries[2]?.offset ?? 0;
    const damaged = archive.slice();
    damaged[third + 3] = (damaged[third + 3] ?? 0) ^ 1;
    const error: unknown = await collect(readTar(inRandomChunks(damaged, 1, 700), { shard: 'x.tar' })).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(CorruptShardError);
    expect(error).toMatchObject({ code: 'CORRUPT_SHARD', offset: third, shard: 'x.tar' });
  });

  it('recognises gzip', async () => {
    const gzip = Uint8Array.from({ length: 600 }, (_, i) => [0x1f, 0x8b, 8][i] ?? 77);
    await expect(collect(readTar(inRandomChunks(gzip, 1, 600)))).rejects.toThrow(/gzip/);
  });

  it('reads GNU long names and passes over directories and links', async () => {
    const name = `${'n'.repeat(120)}.png`;
    const special = (type: string, entryName: string, data: Uint8Array): Uint8Array => {
      const tar = new TarWriter();
      tar.add(entryName, data);
      const bytes = tar.finish().slice(0, -1024);
      bytes[156] = type.charCodeAt(0);
      const sum = checksum(bytes.subarray(0, 512)).toString(8).padStart(6, '0');
      bytes.set(new TextEncoder().encode(`${sum}\0 `), 148);
      return bytes;
    };
    const bytes = Buffer.concat([
      special('5', 'folder/', new Uint8Array(0)),
      special('L', '././@LongLink', new TextEncoder().encode(`${name}\0`)),
      special('0', name.slice(0, 100), files[2]?.[1] ?? new Uint8Array(0)),
      special('2', 'link.png', new Uint8Array(0)),
      special('0', 'after.png', files[0]?.[1] ?? new Uint8Array(0)),
      new Uint8Array(1024),
    ]);
    const entries = await collect(readTar(inRandomChunks(bytes, 3, 600)));
    expect(plain(entries)).toEqual([
      [name, written[2]?.[1]],
      ['after.png', written[0]?.[1]],
    ]);
    expect(entries[0]?.offset).toBe(512);
  });
});
