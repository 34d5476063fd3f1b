import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, isShortage } from './decode-image.ts';

const raw = { width: 2, height: 1 };

describe('decodeImage', () => {
  it('drops alpha without blending it', async () => {
    const rgba = Buffer.from([200, 100, 50, 0, 1, 2, 3, 128]);
    const png = await sharp(rgba, { raw: { ...raw, channels: 4 } })
      .png()
      .toBuffer();
    expect(await decodeImage(png)).toEqual({
      data: Uint8Array.of(200, 100, 50, 1, 2, 3),
      width: 2,
      height: 1,
    });
  });

  it('replicates gray', async () => {
    const png = await sharp(Buffer.from([7, 250]), { raw: { ...raw, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).channels).toBe(1);
    expect((await decodeImage(png)).data).toEqual(Uint8Array.of(7, 7, 7, 250, 250, 250));
  });

  it('expands palettes', async () => {
    const rgb = Buffer.from([255, 0, 0, 0, 0, 255]);
    const png = await sharp(rgb, { raw: { ...raw, channels: 3 } })
      .png({ palette: true, colours: 2 })
      .toBuffer();
    expect((await sharp(png).metadata()).isPalette).toBe(true);
    expect((await decodeImage(png)).data).toEqual(new Uint8Array(rgb));
  });

  it('names a picture that cannot be decoded', async () => {
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    for (const bad of [new Uint8Array([1, 2, 3]), new Uint8Array(0), png.subarray(0, png.length - 40)]) {
      await expect(decodeImage(bad, "sample 'noto-cat'")).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        message: expect.stringContaining("sample 'noto-cat'"),
      });
    }
  });
});

it('does not blame a picture for a machine that is at its limit', () => {
  expect(isShortage('glib: Error creating thread: Resource temporarily unavailable')).toBe(true);
  expect(isShortage('vips: out of memory --- size == 3MB')).toBe(true);
  expect(isShortage('Input buffer contains unsupported image format')).toBe(false);
});
