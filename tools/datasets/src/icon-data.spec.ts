import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, groupSamples, readTar } from '@ovis/webdataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog } from './catalog.ts';
import { makeIconData, type IconData } from './icon-data.ts';
import { iconImages } from './icon-images.ts';
import { HELD_OUT_ARTIST } from './icon-sets.ts';
import { iconTexts } from './icon-texts.ts';

let directory: string;
let data: IconData;
const options = () => ({ cacheDir: join(directory, 'cache'), size: 16, things: 160 });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ovis-icons-'));
  data = await makeIconData({ ...options(), out: join(directory, 'out'), seed: 5 });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('makeIconData', () => {
  it('writes at least eight shards per training set, and says who drew what under which license', () => {
    expect(data.reused).toBe(false);
    for (const name of ['captions', 'descriptions', 'instructions'] as const) {
      expect(data.sets[name].shards).toHaveLength(8);
    }
    expect(data.patterns.heldout).toMatch(/^file:\/\/\/.*\/out\/eval\/heldout-\{000000\.\.000003\}\.tar$/);
    expect(data.artists.map(({ artist, license, use }) => [artist, license.spdx, use])).toEqual([
      ['noto', 'Apache-2.0', 'training'],
      ['twemoji', 'CC-BY-4.0', 'training'],
      ['openmoji', 'CC-BY-SA-4.0', 'training'],
      [HELD_OUT_ARTIST, 'MIT', 'evaluation'],
    ]);
  });

  it('asks held-out questions that a constant answer does not pass', () => {
    const { heldout, yesShare } = data.statistics;
    expect(heldout['category']!.mostFrequentShare).toBeLessThan(0.3);
    expect(heldout['color']!.mostFrequentShare).toBeLessThanOrEqual(0.15);
    expect(heldout['name']!.mostFrequentShare).toBeLessThan(0.01);
    expect(yesShare.heldout).toBeCloseTo(0.5, 2);
    expect(yesShare.instructions).toBeCloseTo(0.5, 1);
  });

  it('can be read back by the training reader, picture and text together', async () => {
    const seen: string[] = [];
    for (const shard of data.sets.heldout.shards) {
      const bytes = (async function* () {
        yield await readFile(join(directory, 'out', shard.key));
      })();
      for await (const sample of groupSamples(readTar(bytes), { shard: shard.key })) {
        const json = JSON.parse(new TextDecoder().decode(sample.files['json'])) as { answer: string };
        expect(json.answer).toMatch(/^[a-z0-9 ]+$/);
        expect(await decodeImage(sample.files['png']!)).toMatchObject({ width: 16, height: 16 });
        seen.push(sample.key);
      }
    }
    expect(seen).toHaveLength(data.sets.heldout.samples);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('reuses what is there, makes the same bytes anew when a shard is damaged', async () => {
    const out = join(directory, 'out');
    const again = await makeIconData({ ...options(), out, seed: 5 });
    expect(again.reused).toBe(true);
    expect(again.key).toBe(data.key);
    await truncate(join(out, data.sets.captions.shards[3]!.key), 1000);
    const repaired = await makeIconData({ ...options(), out, seed: 5 });
    expect(repaired.reused).toBe(false);
    expect(repaired.sets).toEqual(data.sets);
    expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))).toMatchObject({ key: data.key });
  });

  it('refuses a size that makes no sense', async () => {
    await expect(makeIconData({ ...options(), size: 0, out: directory })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  });
});

describe('loadCatalog', () => {
  it('gives the same from the cache, and renders again when the cache is cut short', async () => {
    const { cacheDir } = options();
    const first = await loadCatalog(options());
    await truncate(join(cacheDir, 'icons', `${first.key}.rgb`), 5000);
    const second = await loadCatalog(options());
    expect(second.drawings).toEqual(first.drawings);
    expect(Buffer.compare(second.pixels, first.pixels)).toBe(0);
  });
});

describe('iconTexts', () => {
  it('puts words in place of pictures and keeps the held-out artist out', async () => {
    const texts = await iconTexts({ ...options(), seed: 5 });
    expect(texts.plain.join('\n')).not.toContain('<image>');
    expect(texts.dialogs).toHaveLength(data.sets.descriptions.samples + data.sets.instructions.samples);
    const sample = texts.captions.find(({ caption }) => caption === 'saxophone')!;
    expect(sample.picture).toMatch(/^saxophone, [a-z, ]+$/);
  });
});

describe('iconImages', () => {
  it('pairs drawings of one thing by different artists', async () => {
    const { images, things, size } = await iconImages(options());
    expect(things.length).toBeGreaterThan(100);
    for (const { thing, images: pair } of things) {
      expect(new Set(pair.map((index) => images[index]!.artist)).size).toBe(pair.length);
      for (const index of pair) expect(images[index]).toMatchObject({ thing });
    }
    for (const { rgb } of images) expect(rgb).toHaveLength(size * size * 3);
    expect(images.some(({ artist }) => artist === HELD_OUT_ARTIST)).toBe(false);
  });

  it('refuses an artist it does not know', async () => {
    const artists = ['picasso' as 'noto'];
    await expect(iconImages({ ...options(), artists })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
