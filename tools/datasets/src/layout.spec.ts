import { describe, expect, it } from 'vitest';
import { layoutOf, visibleShare } from './layout.ts';

/** A white picture with a black rectangle. */
function rectangle(size: number, left: number, top: number, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(size * size * 3).fill(255);
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) rgb.fill(0, (y * size + x) * 3, (y * size + x) * 3 + 3);
  }
  return rgb;
}

describe('layoutOf', () => {
  it('knows a large centred square', () => {
    expect(layoutOf(rectangle(40, 1, 1, 38, 38), 40)).toEqual({
      size: 'large',
      shape: 'square',
      mass: 'center',
      symmetric: true,
    });
  });

  it('knows a small wide thing at the top', () => {
    expect(layoutOf(rectangle(40, 10, 2, 20, 6), 40)).toMatchObject({
      size: 'small',
      shape: 'wide',
      mass: 'top',
    });
  });

  it('knows a tall thing at the right', () => {
    expect(layoutOf(rectangle(40, 30, 5, 6, 30), 40)).toMatchObject({ shape: 'tall', mass: 'right' });
  });

  it('knows that a triangle does not mirror', () => {
    const rgb = rectangle(40, 0, 0, 0, 0);
    for (let y = 0; y < 40; y++) rgb.fill(0, y * 120, y * 120 + y * 3);
    expect(layoutOf(rgb, 40)!.symmetric).toBe(false);
  });

  it('has nothing to say about an empty picture', () => {
    expect(layoutOf(rectangle(40, 0, 0, 0, 0), 40)).toBeUndefined();
    expect(visibleShare(rectangle(40, 0, 0, 20, 40))).toBe(0.5);
  });
});
