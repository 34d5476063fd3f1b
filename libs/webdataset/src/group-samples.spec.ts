import { describe, expect, it } from 'vitest';
import { collect } from '../test/sources.ts';
import { groupSamples, splitName } from './group-samples.ts';

async function* named(...names: string[]): AsyncGenerator<{ name: string; data: Uint8Array }> {
  for (const name of names) yield { name, data: new TextEncoder().encode(name) };
}

async function group(...names: string[]): Promise<[string, string[]][]> {
  const samples = await collect(groupSamples(named(...names), { shard: 's.tar' }));
  return samples.map((sample) => [sample.key, Object.keys(sample.files)]);
}

describe("WebDataset's grouping", () => {
  it('splits at the first dot of the name, not of the folders', () => {
    expect(splitName('a/b.c/d.seg.PNG')).toEqual({ key: 'a/b.c/d', extension: 'seg.png' });
    expect(splitName('plain')).toBeUndefined();
    expect(splitName('folder.x/plain')).toBeUndefined();
    expect(splitName('__meta__')).toBeUndefined();
    expect(splitName('.hidden')).toBeUndefined();
  });

  it('joins consecutive files only', async () => {
    expect(await group('a.png', 'a.json', 'b.png', 'a.txt')).toEqual([
      ['a', ['png', 'json']],
      ['b', ['png']],
      ['a', ['txt']],
    ]);
  });

  it('skips what has no extension or is meta data', async () => {
    expect(await group('__index__.json__', 'README', 'x/a.png', 'y/a.png')).toEqual([
      ['x/a', ['png']],
      ['y/a', ['png']],
    ]);
  });

  it('refuses two files of one extension, with shard and key', async () => {
    await expect(group('a.png', 'a.PNG')).rejects.toMatchObject({
      code: 'BAD_SAMPLE',
      message: expect.stringMatching(/s\.tar.*'a'.*'\.png'/),
    });
  });

  it('numbers samples and keeps their bytes', async () => {
    const samples = await collect(groupSamples(named('a.x', 'b.x', 'b.y'), { shard: 's', firstIndex: 7 }));
    expect(samples.map((sample) => sample.index)).toEqual([7, 8]);
    expect(new TextDecoder().decode(samples[1]?.files.y)).toBe('b.y');
  });
});
