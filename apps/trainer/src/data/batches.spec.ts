import { readFileSync } from 'node:fs';
import { countImages } from '@ovis/model';
import type { Sample } from '@ovis/webdataset';
import { describe, expect, it } from 'vitest';
import { prepareSample, type PrepareOptions } from './batches.ts';
import { imagesOf } from './sample-encoder.ts';

const png = readFileSync(
  new URL('../../../../libs/model/fixtures/ovis20_aimv2_qwen25/images/square.png', import.meta.url),
);

function sampleOf(files: Record<string, Uint8Array>): Sample {
  return { key: 'one', shard: 'train-000003.tar', files, index: 0, offset: 0 };
}

describe('the pictures of a sample', () => {
  const bytes = (n: number) => Uint8Array.of(n);

  it('are in the order of their numbers, the one without a number first', () => {
    const files = {
      '10.png': bytes(10),
      '2.jpg': bytes(2),
      json: bytes(0),
      png: bytes(1),
      '3.webp': bytes(3),
    };
    expect(imagesOf(sampleOf(files)).map(([n]) => n)).toEqual([1, 2, 3, 10]);
    expect(imagesOf(sampleOf({ json: bytes(0), 'seg.png': bytes(1) }))).toEqual([]);
  });

  it.each([
    [{ png: bytes(1), jpg: bytes(2) }, /'one' of train-000003.tar has .png and .jpg for the same picture/],
    [{ '1.png': bytes(1), '01.png': bytes(2) }, /has .1.png and .01.png/],
  ])('are refused when their order is not told', (files, message) => {
    expect(() => imagesOf(sampleOf(files as unknown as Record<string, Uint8Array>))).toThrow(message);
  });
});

describe('a text longer than data.textMaxLength', () => {
  /** Two words, then a picture of a whole and two tiles, then a word that is learned. */
  const options = (textMaxLength: number, native = false): PrepareOptions => {
    const atom = native ? [9, 9] : [-300];
    const ids = [-301, ...atom, -302, ...atom, -303, ...atom, -305];
    const layout = native
      ? {
          rowsPerImage: 2,
          firstImageRow: 5,
          nativeIds: { image: 9, indicators: [10, 11, 12, 13, 14] as const },
        }
      : { rowsPerImage: 2, firstImageRow: 5 };
    return {
      seed: 1,
      augmentShift: 0,
      encode: () => ({ inputIds: [5, 6, -200, 7], labels: [-100, -100, -100, 7], images: [png] }),
      preprocess: () => [{ ids, pixels: [1, 2, 3].map((n) => Float32Array.of(n)) }],
      textMaxLength,
      countImages: (all) => countImages(all, layout),
    };
  };
  const prepare = (o: PrepareOptions) => prepareSample(o, sampleOf({}), 0);

  it.each([
    [10, [5, 6, -301, -300, -302, -300, -303, -300, -305, 7], 3],
    [8, [5, 6, -301, -300, -302, -300, -303, -300], 3],
    [7, [5, 6, -301, -300, -302, -300, -303], 2],
    [4, [5, 6, -301, -300], 1],
    [2, [5, 6], 0],
  ])('is cut to %i ids, and only the tiles that have a place left are kept', async (length, ids, tiles) => {
    const { inputIds, labels, pixels } = await prepare(options(length));
    expect(inputIds).toEqual(ids);
    expect(labels).toEqual(ids.map((id) => (id === 7 ? 7 : -100)));
    expect(pixels.map(([n]) => n)).toEqual([1, 2, 3].slice(0, tiles));
  });

  it('is not cut inside a tile of native ids', async () => {
    expect((await prepare(options(6, true))).pixels).toHaveLength(1);
    await expect(prepare(options(4, true))).rejects.toMatchObject({
      code: 'BAD_DATA',
      message: expect.stringContaining("'one' of train-000003.tar is cut inside a picture") as string,
      hint: expect.stringContaining('data.textMaxLength') as string,
    });
  });
});
