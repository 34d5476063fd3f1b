import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { absoluteError, GOLDEN_CASES, GoldenCase } from '../../test/golden.ts';
import { readPng } from '../../test/png.ts';
import type { HostTensor } from '../../test/safetensors.ts';
import { pixelChannels } from '../config/index.ts';
import { partitionImage } from './partition.ts';
import { expandPictures, pictureIds, preparePicture } from './prepare-picture.ts';
import { fitSize } from './preprocess.ts';
import { imageProcessor } from './processor.ts';

const official = GOLDEN_CASES.filter((name) => name !== 'native_ovis2');

describe.each(official)('%s', (name) => {
  const golden = new GoldenCase(name);
  const tensors = golden.tensors('images.safetensors');
  const processor = imageProcessor(
    golden.config,
    golden.json('checkpoint/preprocessor_config.json') as object,
  );
  const info = golden.json('forward.json') as { max_partition: number | null };
  const pictures = [...new Set(Object.keys(tensors).map((key) => key.split('.')[1] as string))];

  it.each(pictures)('%s has the official pixel values', (picture) => {
    const image = readPng(`${golden.folder}images/${picture}.png`);
    const { pixels } = preparePicture(golden.config, image, processor, {
      ...(info.max_partition ? { maxPartition: info.max_partition } : {}),
    });
    const keys = Object.keys(tensors)
      .filter((key) => key.split('.')[1] === picture)
      .sort((a, b) => Number(a.split('.')[2] ?? 0) - Number(b.split('.')[2] ?? 0));
    expect(pixels).toHaveLength(keys.length);
    for (const [i, key] of keys.entries())
      expect(absoluteError(pixels[i] as Float32Array, (tensors[key] as HostTensor).data)).toBeLessThan(1e-6);
  });
});

it('s2wrapper-adaptive marks pictures that are too small for quarters', () => {
  const golden = new GoldenCase('ovis15_siglip_gemma2');
  const config = {
    ...golden.config,
    visual: { ...golden.config.visual, booster: 's2wrapper-adaptive' as const },
  };
  const processor = imageProcessor(config);
  const image = readPng(`${golden.folder}images/square.png`);
  const [small] = preparePicture(config, image, processor).pixels as [Float32Array];
  const own = small.length / 5;
  expect(small.length).toBe(pixelChannels(config) * 42 * 42);
  expect(small.subarray(0, own).every(Number.isFinite)).toBe(true);
  expect(small.subarray(own).every((x) => x === Infinity)).toBe(true);
  const large = { data: new Uint8Array(63 * 63 * 3).fill(7), width: 63, height: 63 };
  expect(preparePicture(config, large, processor).pixels[0]?.every(Number.isFinite)).toBe(true);
});

describe('native ovis2', () => {
  const golden = new GoldenCase('native_ovis2');
  const { config } = golden;
  const processor = imageProcessor(config, golden.json('checkpoint/preprocessor_config.json') as object);
  const { rows } = golden.json('processor.json') as {
    rows: { image: string; max_patches: number; grid: [number, number]; n: number }[];
  };
  const prepare = (name: string, maxPartition: number) =>
    preparePicture(config, readPng(`${golden.folder}images/${name}.png`), processor, { maxPartition });

  it.each(rows)('cuts $image into at most $max_patches as its own processor', (row) => {
    const { pixels, ids } = prepare(row.image, row.max_patches);
    expect(pixels).toHaveLength(row.n);
    const atoms = [300, 300, 300, 300];
    expect(ids).toEqual(pictureIds(row.grid, atoms, [301, 302, 303, 304, 305]));
  });

  it('gives the pixel values of the forward batch', () => {
    const { conversations } = golden.json('forward.json') as { conversations: { images: string[] }[] };
    const actual = conversations.flatMap(({ images }) => images).flatMap((name) => prepare(name, 4).pixels);
    const stored = golden.pixels();
    const length = stored.length / actual.length;
    expect(actual.map((tile) => tile.length)).toEqual(actual.map(() => length));
    actual.forEach((tile, i) =>
      expect(absoluteError(tile, stored.subarray(i * length, (i + 1) * length))).toBeLessThan(1e-6),
    );
  });
});

describe('dynamic partition', () => {
  const golden = JSON.parse(
    readFileSync(new URL('../../fixtures/partition.json', import.meta.url), 'utf8'),
  ) as {
    grids: Record<string, number[]>;
    rows: {
      width: number;
      height: number;
      side: number;
      max_partition: number;
      covering_threshold: number;
      placeholders: number[];
      crops: [number, number, number, number][];
    }[];
  };
  const indicators = [-301, -302, -303, -304, -305];

  it('chooses and cuts as the official code, for every recorded size and setting', () => {
    for (const row of golden.rows) {
      const { grid, boxes } = partitionImage(row.width, row.height, row.side, {
        maxPartition: row.max_partition,
        coveringThreshold: row.covering_threshold,
      });
      const crops = boxes.map(({ width, height }) => {
        const fitted = fitSize(width, height, row.side);
        return [width, height, fitted.width, fitted.height];
      });
      expect({ ...row, crops, placeholders: pictureIds(grid, [-300], indicators) }).toEqual(row);
    }
    // 56 sizes of pictures, five settings.
    expect(golden.rows).toHaveLength(280);
  });

  it.each(Object.entries(golden.grids))('writes a grid of %s', (size, ids) => {
    const [rows, columns] = size.split('x').map(Number) as [number, number];
    expect(pictureIds([rows, columns], [-300], indicators)).toEqual(ids);
  });

  it('covers the whole picture, tile beside tile', () => {
    const { grid, boxes } = partitionImage(101, 67, 30, { maxPartition: 12 });
    expect(grid[0] * grid[1]).toBeGreaterThan(1);
    const covered = new Uint8Array(101 * 67);
    for (const { left, top, width, height } of boxes.slice(1))
      for (let y = top; y < top + height; y++)
        for (let x = left; x < left + width; x++) covered[y * 101 + x]! += 1;
    expect(covered.every((times) => times === 1)).toBe(true);
  });
});

describe('expandPictures', () => {
  const picture = { ids: [-301, -300, -302, -305] };

  it('puts the ids of each picture in its place, without labels', () => {
    const sample = { inputIds: [5, -200, 6, -200], labels: [-100, -100, 6, -100] };
    expect(expandPictures(sample, [picture, { ids: [-200] }])).toEqual({
      inputIds: [5, -301, -300, -302, -305, 6, -200],
      labels: [-100, -100, -100, -100, -100, 6, -100],
    });
  });

  it('refuses another number of pictures', () => {
    expect(() => expandPictures({ inputIds: [-200], labels: [-100] }, [picture, picture])).toThrow(
      /1 places for pictures, and there are 2/,
    );
  });
});
