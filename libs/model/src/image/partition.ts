import { ImageError } from '../errors.ts';
import type { RgbImage } from './resize.ts';

/** Part of a picture in its pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Rows and columns of tiles. */
export type Grid = readonly [rows: number, columns: number];

export interface PartitionOptions {
  /** Most tiles; default 9. */
  maxPartition?: number;
  /** Grids that keep more than this share of the picture's area are good enough; default 0.9. */
  coveringThreshold?: number;
}

/**
 * Dynamic partition of 1.6 and 2 (spec 3): the grid with the fewest tiles whose tiles, shrunk to `side` where they are larger, keep more
 * than the threshold of the picture's area; of these the one that keeps most. When none does, the one that keeps most.
 * @returns boxes of the tiles in rows, the whole picture in front when there are several
 */
export function partitionImage(
  width: number,
  height: number,
  side: number,
  { maxPartition = 9, coveringThreshold = 0.9 }: PartitionOptions = {},
): { grid: Grid; boxes: Box[] } {
  if (!Number.isInteger(maxPartition) || maxPartition < 1) {
    throw new ImageError('BAD_CONFIG', `maxPartition is ${maxPartition}`, 'Give a whole number from 1.');
  }
  const grids = candidates(maxPartition).map((grid) => {
    const area = tiles(width, height, grid).reduce((sum, tile) => sum + coveredArea(tile, side), 0);
    return { grid, count: grid[0] * grid[1], ratio: area / (width * height) };
  });
  const enough = grids.filter(({ ratio }) => ratio > coveringThreshold);
  const best =
    enough.length > 0
      ? enough.reduce((a, b) => (b.count < a.count || (b.count === a.count && b.ratio > a.ratio) ? b : a))
      : grids.reduce((a, b) => (b.ratio > a.ratio || (b.ratio === a.ratio && b.count < a.count) ? b : a));
  const boxes = tiles(width, height, best.grid);
  const whole = { left: 0, top: 0, width, height };
  return { grid: best.grid, boxes: boxes.length > 1 ? [whole, ...boxes] : boxes };
}

/** All grids of at most `most` tiles, rows outside, columns inside. */
function candidates(most: number): Grid[] {
  const grids: Grid[] = [];
  for (let rows = 1; rows <= most; rows++)
    for (let columns = 1; rows * columns <= most; columns++) grids.push([rows, columns]);
  return grids;
}

/** Equal tiles row by row; the last row and column take the rest. */
function tiles(width: number, height: number, [rows, columns]: Grid): Box[] {
  const w = Math.floor(width / columns);
  const h = Math.floor(height / rows);
  return Array.from({ length: rows * columns }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    return {
      left: column * w,
      top: row * h,
      width: column === columns - 1 ? width - column * w : w,
      height: row === rows - 1 ? height - row * h : h,
    };
  });
}

/** Area of a tile after its longer side is shrunk to `side`. */
function coveredArea({ width, height }: Box, side: number): number {
  const longer = Math.max(width, height);
  const shorter = Math.min(width, height);
  // In this order of operations grids that are equally good differ by rounding as they do officially.
  return longer <= side ? longer * shorter : side * ((shorter / longer) * side);
}

/** A part of a picture. */
export function cropImage(image: RgbImage, { left, top, width, height }: Box): RgbImage {
  if (left === 0 && top === 0 && width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}
