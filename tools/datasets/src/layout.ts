/** Facts about where the drawing is in its frame; each is undefined where it would be a matter of opinion. */
export interface Layout {
  size?: 'large' | 'small';
  shape?: 'wide' | 'tall' | 'square';
  /** Where most of it is. */
  mass?: 'top' | 'bottom' | 'left' | 'right' | 'center';
  symmetric?: boolean;
}

/** A pixel is visible when it differs from the white ground by at least this in some channel (0..255). */
const VISIBLE = 24;

/** Share of pixels that can be seen on white, 0..1. */
export function visibleShare(rgb: Uint8Array): number {
  let visible = 0;
  for (let i = 0; i < rgb.length; i += 3) visible += isVisible(rgb, i) ? 1 : 0;
  return (visible * 3) / rgb.length;
}

function isVisible(rgb: Uint8Array, at: number): boolean {
  return 255 - Math.min(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!) >= VISIBLE;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Centre of the visible pixels. */
  x: number;
  y: number;
}

function boxOf(rgb: Uint8Array, size: number): Box | undefined {
  const box = { left: size, right: -1, top: size, bottom: -1, x: 0, y: 0 };
  let count = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!isVisible(rgb, (y * size + x) * 3)) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
      box.x += x + 0.5;
      box.y += y + 0.5;
      count++;
    }
  }
  return count === 0 ? undefined : { ...box, x: box.x / count, y: box.y / count };
}

/** Mean absolute difference between the drawing and its mirror image inside its box, 0..1. */
function mirrorDifference(rgb: Uint8Array, size: number, box: Box): number {
  let sum = 0;
  let count = 0;
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const a = (y * size + x) * 3;
      const b = (y * size + box.left + box.right - x) * 3;
      for (let c = 0; c < 3; c++) sum += Math.abs(rgb[a + c]! - rgb[b + c]!);
      count += 3;
    }
  }
  return sum / count / 255;
}

/**
 * @param rgb `size * size * 3` bytes on white
 * @returns undefined when nothing can be seen
 */
export function layoutOf(rgb: Uint8Array, size: number): Layout | undefined {
  const box = boxOf(rgb, size);
  if (!box) return undefined;
  const width = (box.right - box.left + 1) / size;
  const height = (box.bottom - box.top + 1) / size;
  const layout: Layout = {};
  const area = width * height;
  if (area >= 0.72) layout.size = 'large';
  else if (area <= 0.4) layout.size = 'small';
  const ratio = width / height;
  if (ratio >= 1.3) layout.shape = 'wide';
  else if (ratio <= 1 / 1.3) layout.shape = 'tall';
  else if (ratio >= 1 / 1.08 && ratio <= 1.08) layout.shape = 'square';
  const dx = box.x / size - 0.5;
  const dy = box.y / size - 0.5;
  if (Math.hypot(dx, dy) <= 0.025) layout.mass = 'center';
  else if (Math.abs(dx) >= 0.05 && Math.abs(dx) > 1.5 * Math.abs(dy)) layout.mass = dx < 0 ? 'left' : 'right';
  else if (Math.abs(dy) >= 0.05 && Math.abs(dy) > 1.5 * Math.abs(dx)) layout.mass = dy < 0 ? 'top' : 'bottom';
  const difference = mirrorDifference(rgb, size, box);
  if (difference <= 0.03) layout.symmetric = true;
  else if (difference >= 0.1) layout.symmetric = false;
  return layout;
}
