import sharp from 'sharp';
import { DatasetError } from './errors.ts';

export interface DecodedImage {
  /** RGB, row by row: `[height, width, 3]`. */
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Decodes PNG, JPEG, WebP, GIF, AVIF or TIFF to 8-bit RGB as Pillow's `convert('RGB')` does: alpha is dropped, not blended;
 * gray is replicated; palettes are expanded; colour profiles and EXIF orientation are not applied.
 * Runs on libuv's thread pool. `name` says in errors which image it was.
 */
export async function decodeImage(bytes: Uint8Array, name = 'image'): Promise<DecodedImage> {
  try {
    const { data, info } = await sharp(bytes, { ignoreIcc: true, failOn: 'truncated' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
      width: info.width,
      height: info.height,
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (isShortage(why)) {
      throw new DatasetError(
        'OUT_OF_MEMORY',
        `no memory or threads to decode ${name} (${bytes.length} bytes): ${why}`,
        'the machine or the process is at its limit; the picture may be fine',
        cause,
      );
    }
    throw new DatasetError(
      'BAD_IMAGE',
      `cannot decode ${name} (${bytes.length} bytes): ${why}`,
      'the file must be a whole PNG, JPEG, WebP, GIF, AVIF or TIFF picture',
      cause,
    );
  }
}

/** What libvips and glib say when the machine gives them nothing: no fault of the picture. */
export function isShortage(message: string): boolean {
  return /out of memory|cannot allocate memory|resource temporarily unavailable|unable to allocate/i.test(
    message,
  );
}
