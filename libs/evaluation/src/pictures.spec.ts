import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { answerSheet } from './answer-sheet.ts';
import { glyphOf } from './glyphs.ts';
import { lossCurves, smooth } from './loss-curves.ts';
import { fitText, textPath, textWidth, wrapText } from './text.ts';
import { niceTicks } from './ticks.ts';

/** Pixels of a box of a PNG that differ from its most frequent colour. */
async function ink(png: Uint8Array, box: { left: number; top: number; width: number; height: number }) {
  const { data, info } = await sharp(png)
    .extract(box)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const colors = new Map<number, number>();
  for (let i = 0; i < data.length; i += info.channels) {
    const color = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  return info.width * info.height - Math.max(...colors.values());
}

const dot = () =>
  sharp({ create: { width: 48, height: 48, channels: 3, background: '#00f' } })
    .png()
    .toBuffer();

describe('text', () => {
  it('has a glyph of its own for every printable ASCII character', () => {
    const missing = glyphOf('\u6f22');
    const paths = new Set<string>();
    for (let code = 33; code < 127; code++) {
      const glyph = glyphOf(String.fromCharCode(code));
      expect(glyph, String.fromCharCode(code)).not.toBe(missing);
      paths.add(JSON.stringify(glyph.path));
      for (const { command, values } of glyph.path) {
        expect(values.length).toBe({ M: 2, L: 2, H: 1, V: 1, Q: 4 }[command]);
      }
    }
    expect(paths.size).toBe(94);
  });

  it('is drawn as strokes that need no font', async () => {
    const path = textPath('category: 46.3 %', 10, 30, { size: 14 });
    expect(path).toMatch(/^<path d="M[-0-9. MLHVQ]+" /);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="260" height="40"><rect width="100%" height="100%" fill="#fff"/>${path}</svg>`;
    const png = await sharp(Buffer.from(svg)).png().toBuffer();
    const width = Math.ceil(textWidth('category: 46.3 %', 14));
    expect(await ink(png, { left: 9, top: 14, width, height: 24 })).toBeGreaterThan(300);
    expect(await ink(png, { left: 14 + width, top: 0, width: 260 - 14 - width, height: 40 })).toBe(0);
  });

  it('starts, ends or is centred at x', () => {
    const start = (anchor: 'start' | 'middle' | 'end') =>
      Number(/M([-0-9.]+)/.exec(textPath('H', 100, 50, { anchor, size: 12 }))![1]);
    const width = textWidth('H', 12);
    expect([start('start'), start('middle'), start('end')]).toEqual([100, 100 - width / 2, 100 - width]);
  });

  it('cuts and wraps to a width', () => {
    expect(fitText('short', 500)).toBe('short');
    const cut = fitText('a very long line of words', 60);
    expect(cut).toMatch(/^a .*\.\.\.$/);
    expect(textWidth(cut)).toBeLessThanOrEqual(60);
    const lines = wrapText('Does the picture show face with tears of joy and more and more?', 120, 2);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(120);
    expect(wrapText('one two', 500, 2)).toEqual(['one two']);
  });
});

describe('niceTicks', () => {
  it('gives round numbers inside the range', () => {
    expect(niceTicks(0, 7.9)).toEqual([0, 2, 4, 6]);
    expect(niceTicks(0, 0.31)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(niceTicks(1, 400)).toEqual([100, 200, 300, 400]);
    expect(niceTicks(3, 3)).toEqual([3]);
  });
});

describe('answerSheet', () => {
  it('puts pictures, questions and answers in a grid', async () => {
    const png = await dot();
    const item = {
      png,
      question: '<image>\nWhat is it?',
      answer: 'dot',
      prediction: 'square',
      correct: false,
    };
    const items = Array.from({ length: 5 }, (_, index) => ({ ...item, correct: index === 0 }));
    const sheet = await answerSheet({ items, title: 'five', columns: 3 });
    const { width, height, format } = await sharp(sheet).metadata();
    expect([width, height, format]).toEqual([3 * 300 + 24, 2 * 116 + 52, 'png']);
    const { data } = await sharp(sheet)
      .extract({ left: 12 + 50, top: 40 + 50, width: 1, height: 1 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([0, 0, 255]);
    const answer = { left: 12 + 122, top: 40 + 50, width: 150, height: 60 };
    expect(await ink(sheet, answer)).toBeGreaterThan(100);
    expect(await ink(sheet, { left: 630, top: 160, width: 290, height: 110 })).toBe(0);
  });

  it('says which picture it cannot read', async () => {
    const png = new Uint8Array([1, 2, 3]);
    const items = [{ png, question: 'What?', answer: 'a', prediction: 'b', correct: false }];
    await expect(answerSheet({ items })).rejects.toMatchObject({ code: 'BAD_PICTURE' });
  });
});

describe('lossCurves', () => {
  const points = Array.from({ length: 100 }, (_, step) => ({ step, loss: 5 * Math.exp(-step / 30) + 1 }));

  it('draws a panel per stage', async () => {
    const stages = ['one', 'two', 'three'].map((name) => ({ name, points }));
    const png = await lossCurves({ stages, title: 'loss' });
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([1200, 336]);
    for (const panel of [0, 1, 2]) {
      const plot = { left: panel * 400 + 60, top: 120, width: 200, height: 160 };
      expect(await ink(png, plot)).toBeGreaterThan(400);
    }
  });

  it('survives a stage that has not begun, one step, and losses that are not numbers', async () => {
    const stages = [
      { name: 'not begun', points: [] },
      { name: 'one step', points: [{ step: 1, loss: 2 }] },
      {
        name: 'diverged',
        points: [...points, { step: 100, loss: Number.NaN }, { step: 101, loss: Infinity }],
      },
    ];
    const png = await lossCurves({ stages });
    expect((await sharp(png).metadata()).width).toBe(1200);
    expect(await ink(png, { left: 860, top: 100, width: 200, height: 140 })).toBeGreaterThan(300);
  });

  it('smooths without the pull of a starting value', () => {
    const flat = smooth(Array.from({ length: 200 }, (_, step) => ({ step, loss: 3 })));
    for (const { loss } of flat) expect(loss).toBeCloseTo(3, 10);
    expect(smooth([{ step: 4, loss: 7 }])).toEqual([{ step: 4, loss: 7 }]);
  });
});
