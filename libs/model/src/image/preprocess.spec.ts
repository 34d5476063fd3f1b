import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPng } from '../../test/png.ts';
import { readSafetensors } from '../../test/safetensors.ts';
import { centreCropImage, fitSize, preprocessImage, stretchImage } from './preprocess.ts';
import { CLIP_MEAN, CLIP_STD } from './processor.ts';
import { resizeBicubic } from './resize.ts';

interface Golden {
  image: string;
  side: number;
  resized?: string;
  resized_width: number;
  resized_height: number;
  pad_left: number;
  pad_top: number;
  sum: number;
  abs_sum: number;
  sample: Record<string, number>;
  tensor?: string;
}

const clip = (size: number) => ({ size, mean: CLIP_MEAN, std: CLIP_STD });
const folder = new URL('../../fixtures/images/', import.meta.url).pathname;
const index = JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as { items: Golden[] };
const pixels = readSafetensors(`${folder}pixels.safetensors`);

describe.each(index.items)('$image at $side', (golden) => {
  const image = readPng(folder + golden.image);

  it('has the official size', () => {
    expect(fitSize(image.width, image.height, golden.side)).toEqual({
      width: golden.resized_width,
      height: golden.resized_height,
    });
  });

  it.runIf(golden.resized)('is resized as by Pillow, to the level', () => {
    const expected = readPng(`${folder}${golden.resized}`);
    const actual = resizeBicubic(image, expected.width, expected.height);
    expect(Buffer.compare(Buffer.from(actual.data), Buffer.from(expected.data))).toBe(0);
  });

  it('has the official pixel values', () => {
    const actual = preprocessImage(image, clip(golden.side));
    let sum = 0;
    let absolute = 0;
    for (const value of actual) {
      sum += value;
      absolute += Math.abs(value);
    }
    expect(Math.abs(sum - golden.sum)).toBeLessThan(1e-6 * golden.abs_sum);
    expect(Math.abs(absolute - golden.abs_sum)).toBeLessThan(1e-6 * golden.abs_sum);
    for (const [at, value] of Object.entries(golden.sample)) {
      const [c, y, x] = at.split(',').map(Number) as [number, number, number];
      expect(Math.abs((actual[(c * golden.side + y) * golden.side + x] as number) - value)).toBeLessThan(
        1e-6,
      );
    }
    if (golden.tensor) expect(largestDifference(actual, pixels[golden.tensor]?.data)).toBeLessThan(1e-6);
  });
});

describe("the towers' own processors", () => {
  const half = { size: 56, mean: [0.5, 0.5, 0.5] as const, std: [0.5, 0.5, 0.5] as const };
  const stored = (prefix: string) =>
    Object.keys(pixels)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));

  it.each(stored('clip_centercrop_56_'))("CLIP's cuts out the middle of %s", (name) => {
    const actual = centreCropImage(readPng(`${folder}${name}.png`), clip(56));
    expect(largestDifference(actual, pixels[`clip_centercrop_56_${name}`]?.data)).toBeLessThan(1e-6);
  });

  it.each(stored('siglip_56_'))("SigLIP's stretches %s", (name) => {
    const actual = stretchImage(readPng(`${folder}${name}.png`), half);
    expect(largestDifference(actual, pixels[`siglip_56_${name}`]?.data)).toBeLessThan(1e-6);
  });
});

it('normalises with the means and deviations it is given', () => {
  const half = { size: 56, mean: [0.5, 0.5, 0.5] as const, std: [0.5, 0.5, 0.5] as const };
  const white = { data: new Uint8Array(4 * 2 * 3).fill(255), width: 4, height: 2 };
  const actual = preprocessImage(white, half);
  expect([actual[0], actual[28 * 56]]).toEqual([0, 1]);
});

describe('bad pictures', () => {
  it('refuses one that gets a side of 0', () => {
    expect(() => preprocessImage({ data: new Uint8Array(100 * 3), width: 100, height: 1 }, clip(56))).toThrow(
      expect.objectContaining({ code: 'BAD_IMAGE' }),
    );
  });

  it('refuses bytes that are not RGB', () => {
    expect(() => preprocessImage({ data: new Uint8Array(16), width: 2, height: 2 }, clip(56))).toThrow(
      /2x2 with 16 bytes/,
    );
  });
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number> | undefined): number {
  if (a.length !== b?.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++)
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
}
