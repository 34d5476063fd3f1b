import { glyphOf } from './glyphs.ts';

/** Glyph grid: capitals are 6 units high, glyphs stand this far apart. */
const CAP_HEIGHT = 6;
const GAP = 1.5;

export interface TextStyle {
  /** Height of capital letters in pixels (default 9). */
  size?: number;
  color?: string;
  /** Where x is in the text (default start). */
  anchor?: 'start' | 'middle' | 'end';
  bold?: boolean;
}

/** Typographic characters that have a plain counterpart get it; accents go. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—−]/g, '-')
    .replace(/\s/g, ' ');
}

/** Width in pixels. */
export function textWidth(text: string, size = 9): number {
  const glyphs = [...plain(text)].map(glyphOf);
  const units = glyphs.reduce((sum, { width }) => sum + width + GAP, 0) - (glyphs.length > 0 ? GAP : 0);
  return (units * size) / CAP_HEIGHT;
}

const number = (value: number) => String(Math.round(value * 100) / 100);

/** A line of text as one SVG path; (x, y) is on the baseline. Needs no font. */
export function textPath(text: string, x: number, y: number, style: TextStyle = {}): string {
  const { size = 9, color = '#222', anchor = 'start', bold = false } = style;
  const scale = size / CAP_HEIGHT;
  const width = textWidth(text, size);
  let left = anchor === 'start' ? x : anchor === 'middle' ? x - width / 2 : x - width;
  const top = y - size;
  let data = '';
  for (const character of plain(text)) {
    const glyph = glyphOf(character);
    for (const { command, values } of glyph.path) {
      const isVertical = (index: number) => command === 'V' || (command !== 'H' && index % 2 === 1);
      const moved = values.map((value, index) => number(value * scale + (isVertical(index) ? top : left)));
      data += command + moved.join(' ');
    }
    left += (glyph.width + GAP) * scale;
  }
  const stroke = number(size * (bold ? 0.19 : 0.125));
  return (
    `<path d="${data}" fill="none" stroke="${color}" stroke-width="${stroke}" ` +
    `stroke-linecap="round" stroke-linejoin="round"/>`
  );
}

/** The text, or as much of it as fits into `width` pixels, with dots. */
export function fitText(text: string, width: number, size = 9): string {
  if (textWidth(text, size) <= width) return text;
  let end = text.length;
  while (end > 0 && textWidth(`${text.slice(0, end).trimEnd()}...`, size) > width) end--;
  return `${text.slice(0, end).trimEnd()}...`;
}

/** Breaks at spaces into at most `lines` lines; what does not fit is cut with dots. */
export function wrapText(text: string, width: number, lines: number, size = 9): string[] {
  const words = text.split(/\s+/).filter(Boolean);
  const result: string[] = [];
  while (words.length > 0 && result.length < lines - 1) {
    let line = words.shift()!;
    while (words.length > 0 && textWidth(`${line} ${words[0]}`, size) <= width) line += ` ${words.shift()}`;
    result.push(fitText(line, width, size));
  }
  if (words.length > 0) result.push(fitText(words.join(' '), width, size));
  return result;
}
