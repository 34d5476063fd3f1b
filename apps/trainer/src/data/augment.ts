import { createHash } from 'node:crypto';

/** A small fast generator (mulberry32) whose stream depends on nothing but its seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The same text gives the same 32-bit seed on every machine. */
export function seedOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}

export interface RgbImage {
  /** Interleaved RGB, row-major, uint8. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** Moves a picture by whole pixels; what comes in from outside is white, the colour of the background. */
export function shiftImage(image: RgbImage, dx: number, dy: number): RgbImage {
  if (dx === 0 && dy === 0) return image;
  const { width, height, data } = image;
  const moved = new Uint8Array(data.length).fill(255);
  const columns = width - Math.abs(dx);
  if (columns <= 0 || Math.abs(dy) >= height) return { data: moved, width, height };
  const from = Math.max(0, -dx);
  const to = Math.max(0, dx);
  for (let y = 0; y < height; y++) {
    const source = y - dy;
    if (source < 0 || source >= height) continue;
    const start = (source * width + from) * 3;
    moved.set(data.subarray(start, start + columns * 3), (y * width + to) * 3);
  }
  return { data: moved, width, height };
}

/** A random shift of up to `pixels` in both directions, fixed by the seed: resume and every world size see the same. */
export function randomShift(image: RgbImage, pixels: number, seed: number): RgbImage {
  if (pixels === 0) return image;
  const random = randomFrom(seed);
  const draw = () => Math.floor(random() * (2 * pixels + 1)) - pixels;
  return shiftImage(image, draw(), draw());
}
