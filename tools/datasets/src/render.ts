import sharp from 'sharp';
import { DatasetError } from './errors.ts';

/** Renders in flight: sharp works on libuv's pool (4 threads by default), a few more keep it fed. */
const IN_FLIGHT = 8;

export interface Rendering {
  /** `size * size * 4`, straight alpha: for colours. */
  rgba: Uint8Array;
  /** `size * size * 3` on white: what the model sees. */
  rgb: Uint8Array;
}

/** Blends straight-alpha pixels over white. */
export function onWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4, o += 3) {
    const alpha = rgba[i + 3]!;
    for (let c = 0; c < 3; c++) rgb[o + c] = Math.round((rgba[i + c]! * alpha + 255 * (255 - alpha)) / 255);
  }
  return rgb;
}

/** Renders one stand-alone SVG without width and height to `size` x `size` pixels. */
export async function renderSvg(svg: string, size: number): Promise<Rendering> {
  const sized = svg.replace('<svg ', `<svg width="${size}" height="${size}" `);
  const rgba = await sharp(Buffer.from(sized)).ensureAlpha().toColourspace('srgb').raw().toBuffer();
  if (rgba.length !== size * size * 4) {
    throw new DatasetError(
      'RENDER_FAILED',
      `an SVG rendered to ${rgba.length} bytes in place of ${size * size * 4}`,
      'report the drawing; its view box is not understood',
    );
  }
  return { rgba, rgb: onWhite(rgba) };
}

/** Runs `work` on all items, a few at a time, and keeps their order. */
export async function mapParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  onProgress?: (done: number) => void,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let done = 0;
  const run = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T, index);
      onProgress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, run));
  return results;
}

/** RGB pixels as a PNG file. */
export async function encodePng(rgb: Uint8Array, size: number): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
