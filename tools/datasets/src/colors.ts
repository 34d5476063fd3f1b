/** The colour words of the data. */
export const COLORS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'white',
  'gray',
] as const;
export type Color = (typeof COLORS)[number];

export interface ColorShare {
  color: Color;
  /** Share of the drawing's weighted area, 0..1; the shares of all colours sum to 1. */
  share: number;
}

/** Examples of each word; a pixel gets the word of the nearest example in OKLab. */
const EXAMPLES: Record<Color, string> = {
  red: 'ff0000 dd2e44 e53935 c62828 f8312f be1931 a01020 ea5a47 ef5350',
  orange: 'ff8c00 f4900c f57c00 ff6f00 e27022 ff822d fb8c00 f9a01e e65100 f3aa3c',
  yellow: 'ffff00 ffcc4d fdd835 fcea2b ffeb3b fff59d f1b31c ffc83d fcd53f e6c200 fff176',
  green:
    '00a000 77b255 4caf50 5c9e31 00d26a 2e7d32 b1cc33 8bc34a 5c913b 1b5e20 a6d388 00bfa5 008463 c6ff80 186648',
  blue: '0000ff 55acee 2196f3 61b2e4 0074ba 1565c0 3b88c3 bbddf5 8ccaf7 226699 00a6ed 0d47a1 26c6da 92d3f5 1e50a0 00bcd4 b3e5fc',
  purple: '800080 9266cc aa8ed6 8d65c5 7e57c2 5e35b1 744eaa b399c8 8967aa 433b6b 9c27b0 4a148c cea5e0',
  pink: 'ff69b4 f4abba ea596e ff8dc5 ec407a f8bbd0 e67a94 ffa7c0 f48fb1 ff679d e75a70 d81b60 fadce4 f70a8d ffb8b8',
  brown:
    '8b4513 6d4c41 662113 c1694f a57939 6a462f 795548 543930 8c5543 bf6952 78493a a0522d 3e2723 b97e56 d99e82 9b6b43 5d4037 ac6f46',
  black: '000000 292f33 212121 1c1c1c 2f2f2f 263238 31373d 3f3f3f',
  white: 'ffffff f5f8fa f2f2f2 eceff1 f4f4f4 e6e7e8',
  gray: '808080 99aab5 9b9b9a 66757f ccd6dd b0bec5 d0cfce 546e7a 636363 78909c b4acbc 9e9e9e c0c4c8 5a5a5a 84848b',
};

/** sRGB 0..255 to OKLab (B. Ottosson 2020). */
function oklab(r: number, g: number, b: number): [number, number, number] {
  const linear = (v: number) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const [lr, lg, lb] = [linear(r), linear(g), linear(b)];
  const l = Math.cbrt(0.4122214708 * lr + 0.5363325363 * lg + 0.0514459929 * lb);
  const m = Math.cbrt(0.2119034982 * lr + 0.6806995451 * lg + 0.1073969566 * lb);
  const s = Math.cbrt(0.0883024619 * lr + 0.2817188376 * lg + 0.6299787005 * lb);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const ANCHORS = COLORS.flatMap((color, index) =>
  EXAMPLES[color].split(' ').map((hex) => {
    const value = Number.parseInt(hex, 16);
    return { index, lab: oklab(value >> 16, (value >> 8) & 255, value & 255) };
  }),
);

/** [index of the colour word, weight] of each 5-bit-per-channel colour; filled when first seen. */
const nearest = new Map<number, { index: number; weight: number }>();

/** Lightness differs inside one colour word (shading) far more than hue does: it counts half. */
const LIGHTNESS = 0.5;

function nearestColor(r: number, g: number, b: number): { index: number; weight: number } {
  const key = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
  const known = nearest.get(key);
  if (known) return known;
  const [l, a, bb] = oklab((r & 0xf8) + 4, (g & 0xf8) + 4, (b & 0xf8) + 4);
  let index = 0;
  let best = Infinity;
  for (const anchor of ANCHORS) {
    const [al, aa, ab] = anchor.lab;
    const distance = LIGHTNESS * (l - al) ** 2 + (a - aa) ** 2 + (bb - ab) ** 2;
    if (distance < best) {
      best = distance;
      index = anchor.index;
    }
  }
  // Outlines, shadows and highlights are gray: people name an apple's colour red although half of it is shading.
  const chroma = Math.hypot(a, bb);
  const found = { index, weight: 0.4 + 0.6 * Math.min(1, chroma / 0.1) };
  nearest.set(key, found);
  return found;
}

/** The colour word of one colour, 0..255 per channel. */
export function colorName(r: number, g: number, b: number): Color {
  return COLORS[nearestColor(r, g, b).index]!;
}

/** From here on (0..255, all channels) a pixel cannot be told from the white ground. */
const GROUND = 250;

/**
 * The colours of a drawing by weighted area, largest first.
 * @param rgba pixels with straight alpha, before flattening: the background does not count
 * @param ignoreGround leave out the drawing's own pure white, which looks like the ground
 */
export function colorShares(rgba: Uint8Array, ignoreGround = false): ColorShare[] {
  const areas = new Float64Array(COLORS.length);
  let total = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3]!;
    if (alpha < 128) continue;
    if (ignoreGround && Math.min(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!) >= GROUND) continue;
    const { index, weight } = nearestColor(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!);
    areas[index]! += (weight * alpha) / 255;
    total += (weight * alpha) / 255;
  }
  if (total === 0) return [];
  return COLORS.map((color, index) => ({ color, share: areas[index]! / total }))
    .filter(({ share }) => share > 0.005)
    .sort((x, y) => y.share - x.share);
}

/** The two or three colours worth naming. */
export function dominantColors(shares: ColorShare[]): Color[] {
  return shares
    .filter(({ share }, index) => index === 0 || share >= 0.12)
    .slice(0, 3)
    .map(({ color }) => color);
}

function leader(shares: ColorShare[]): Color | undefined {
  const [first, second] = shares;
  if (!first || first.share < 0.42) return undefined;
  return !second || first.share >= 1.4 * second.share ? first.color : undefined;
}

/**
 * The main colour where there can be no argument about it: nearly half of the drawing, well ahead of the next, and the
 * same whether pure white is taken for paint or for ground (an egg drawn as an outline has none).
 */
export function mainColor(rgba: Uint8Array): Color | undefined {
  const main = leader(colorShares(rgba));
  return main === leader(colorShares(rgba, true)) ? main : undefined;
}
