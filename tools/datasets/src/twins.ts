import type { Catalog } from './catalog.ts';

/** Cells per side of the thumbnails that are compared first. */
const CELLS = 8;
/** Largest mean difference per channel (0..255) of two drawings that count as the same picture. */
const SAME = 0.8;

/**
 * Fills in `twins`: other things that the same artist drew the same way (a person drawn as a man, a flag that two
 * territories share). For such a drawing "what is it?" has no single answer.
 */
export function findTwins(catalog: Pick<Catalog, 'size' | 'drawings' | 'pixels'>): void {
  const { size, drawings, pixels } = catalog;
  const bytes = size * size * 3;
  const thumbnails = drawings.map((_, index) =>
    thumbnail(pixels.subarray(index * bytes, (index + 1) * bytes), size),
  );
  const byArtist = new Map<string, number[]>();
  for (const [index, { artist }] of drawings.entries()) {
    byArtist.set(artist, [...(byArtist.get(artist) ?? []), index]);
  }
  for (const indices of byArtist.values()) {
    // Twins have nearly the same mean, so sorted by it they stand close together.
    const sorted = indices
      .map((index) => ({ index, mean: mean(thumbnails[index]!) }))
      .sort((a, b) => a.mean - b.mean);
    for (let i = 0; i < sorted.length; i++) {
      for (let j = i + 1; j < sorted.length && sorted[j]!.mean - sorted[i]!.mean <= SAME; j++) {
        const a = sorted[i]!.index;
        const b = sorted[j]!.index;
        if (difference(thumbnails[a]!, thumbnails[b]!) > SAME) continue;
        const pixelsA = pixels.subarray(a * bytes, (a + 1) * bytes);
        if (difference(pixelsA, pixels.subarray(b * bytes, (b + 1) * bytes)) > SAME) continue;
        drawings[a]!.twins.push(drawings[b]!.thing);
        drawings[b]!.twins.push(drawings[a]!.thing);
      }
    }
  }
}

/** Mean of each of `CELLS * CELLS` cells and 3 channels. */
function thumbnail(rgb: Uint8Array, size: number): Float32Array {
  const cells = new Float32Array(CELLS * CELLS * 3);
  const counts = new Float32Array(CELLS * CELLS);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const cell = Math.floor((y * CELLS) / size) * CELLS + Math.floor((x * CELLS) / size);
      counts[cell]! += 1;
      for (let c = 0; c < 3; c++) cells[cell * 3 + c]! += rgb[(y * size + x) * 3 + c]!;
    }
  }
  return cells.map((sum, index) => sum / counts[Math.floor(index / 3)]!);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function difference(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
