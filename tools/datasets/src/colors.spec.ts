import { describe, expect, it } from 'vitest';
import { colorName, colorShares, dominantColors, mainColor, type Color } from './colors.ts';

/** Pixels from runs of [count, r, g, b, alpha]. */
function pixels(...runs: [number, number, number, number, number?][]): Uint8Array {
  return Uint8Array.from(
    runs.flatMap(([count, r, g, b, alpha = 255]) =>
      Array.from({ length: count }, () => [r, g, b, alpha]).flat(),
    ),
  );
}

describe('colorName', () => {
  it.each<[Color, number, number, number]>([
    ['red', 220, 20, 30],
    ['orange', 250, 140, 20],
    ['yellow', 250, 220, 50],
    ['green', 50, 160, 60],
    ['blue', 40, 100, 220],
    ['purple', 130, 60, 180],
    ['pink', 250, 150, 190],
    ['brown', 110, 65, 40],
    ['black', 20, 20, 25],
    ['white', 252, 252, 252],
    ['gray', 140, 140, 145],
  ])('calls %s by its name', (color, r, g, b) => {
    expect(colorName(r, g, b)).toBe(color);
  });
});

describe('colorShares', () => {
  it('does not count the transparent background', () => {
    expect(colorShares(pixels([90, 255, 255, 255, 0], [10, 255, 0, 0]))).toEqual([
      { color: 'red', share: 1 },
    ]);
  });

  it('weighs a gray outline less than paint, and sums to one', () => {
    const shares = colorShares(pixels([50, 0, 0, 0], [50, 255, 0, 0]));
    expect(shares[0]!.color).toBe('red');
    expect(shares[0]!.share).toBeGreaterThan(0.6);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
});

describe('dominantColors', () => {
  it('names at most three, largest first, and none below an eighth', () => {
    const rgba = pixels(
      [40, 255, 0, 0],
      [30, 0, 0, 255],
      [20, 0, 160, 0],
      [15, 255, 220, 0],
      [2, 130, 60, 180],
    );
    expect(dominantColors(colorShares(rgba))).toEqual(['red', 'blue', 'green']);
    expect(dominantColors(colorShares(pixels([95, 255, 0, 0], [5, 0, 0, 255])))).toEqual(['red']);
  });
});

describe('mainColor', () => {
  it('is undefined where two colours are about equal', () => {
    expect(mainColor(pixels([50, 255, 0, 0], [45, 0, 0, 255]))).toBeUndefined();
    expect(mainColor(pixels([60, 255, 0, 0], [30, 0, 0, 255]))).toBe('red');
  });

  it('is undefined for an outline filled with the colour of the ground', () => {
    expect(mainColor(pixels([20, 0, 0, 0], [80, 255, 255, 255]))).toBeUndefined();
    expect(mainColor(pixels([20, 0, 0, 0], [80, 243, 243, 243]))).toBe('white');
  });
});
