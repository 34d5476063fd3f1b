/** One random view of a picture: rotation, scale, stretch, shear, shift and a change of colour. */
export interface ViewRange {
  /** Radians. */
  rotate: number;
  /** Natural logarithm of the scale. */
  scale: number;
  /** Natural logarithm of width against height. */
  stretch: number;
  shear: number;
  /** Part of the side. */
  shift: number;
  /** Part of the contrast of each channel. */
  contrast: number;
  /** Part of the range of values. */
  brightness: number;
}

/** What artists differ in, roughly: pose, size, proportions and tint. */
export const drawingViews: ViewRange = {
  rotate: 0.2,
  scale: 0.2,
  stretch: 0.12,
  shear: 0.1,
  shift: 0.08,
  contrast: 0.15,
  brightness: 0.08,
};

/**
 * Writes one view of an RGB picture (interleaved uint8, `side` x `side`) into `out` at `offset`, as `[3, side, side]`
 * floats in [0, 1]. What lies outside the picture is white. Bilinear.
 */
export function writeView(
  out: Float32Array,
  offset: number,
  picture: Uint8Array,
  side: number,
  range: ViewRange,
  random: () => number,
): void {
  const swing = (by: number) => (random() * 2 - 1) * by;
  const angle = swing(range.rotate);
  const scale = Math.exp(swing(range.scale));
  const stretch = Math.exp(swing(range.stretch));
  const shear = swing(range.shear);
  const a = Math.cos(angle) * scale * stretch;
  const b = -Math.sin(angle) * scale + shear;
  const c = Math.sin(angle) * scale;
  const d = (Math.cos(angle) * scale) / stretch;
  const centre = (side - 1) / 2;
  const shiftX = centre + swing(range.shift) * side;
  const shiftY = centre + swing(range.shift) * side;
  const plane = side * side;
  const gain = [0, 1, 2].map(() => 1 + swing(range.contrast));
  const bias = swing(range.brightness);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sx = a * (x - centre) + b * (y - centre) + shiftX;
      const sy = c * (x - centre) + d * (y - centre) + shiftY;
      const at = offset + y * side + x;
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      if (x0 < -1 || y0 < -1 || x0 >= side || y0 >= side) {
        for (let k = 0; k < 3; k++) out[at + k * plane] = 1;
        continue;
      }
      const fx = sx - x0;
      const fy = sy - y0;
      const left = x0 >= 0;
      const right = x0 + 1 < side;
      const top = y0 >= 0;
      const bottom = y0 + 1 < side;
      const base = (y0 * side + x0) * 3;
      for (let k = 0; k < 3; k++) {
        const p00 = left && top ? (picture[base + k] as number) : 255;
        const p01 = right && top ? (picture[base + 3 + k] as number) : 255;
        const p10 = left && bottom ? (picture[base + side * 3 + k] as number) : 255;
        const p11 = right && bottom ? (picture[base + side * 3 + 3 + k] as number) : 255;
        const upper = p00 + (p01 - p00) * fx;
        const lower = p10 + (p11 - p10) * fx;
        const value = (upper + (lower - upper) * fy) / 255;
        // White stays white: only the drawing changes its tint.
        const tinted = 1 - (1 - value) * (gain[k] as number);
        out[at + k * plane] = value > 0.995 ? 1 : tinted + bias * (1 - value);
      }
    }
  }
}
