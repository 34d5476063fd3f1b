import sharp from 'sharp';
import { EvaluationError } from './errors.ts';
import { fitText, textPath, wrapText } from './text.ts';

export interface SheetItem {
  /** An encoded picture: PNG, JPEG, ... */
  png: Uint8Array;
  question: string;
  answer: string;
  /** What the model said. */
  prediction: string;
  correct: boolean;
}

export interface AnswerSheetOptions {
  items: readonly SheetItem[];
  /** Above the grid. */
  title?: string;
  /** Cells side by side (default 4). */
  columns?: number;
}

const CELL = { width: 300, height: 116 };
const PICTURE = 96;
const MARGIN = 12;
const TITLE = 40;
const TEXT_X = MARGIN + PICTURE + 14;
const TEXT_WIDTH = CELL.width - TEXT_X - 8;
const RIGHT = '#1a7f37';
const WRONG = '#c62828';

function cell(item: SheetItem, x: number, y: number): string {
  const color = item.correct ? RIGHT : WRONG;
  const question = item.question.replace('<image>', '').trim();
  const parts = [
    `<rect x="${x + 3}" y="${y + 3}" width="${CELL.width - 6}" height="${CELL.height - 6}" rx="6" fill="#fff" stroke="#d0d7de"/>`,
    `<rect x="${x + 3}" y="${y + 3}" width="5" height="${CELL.height - 6}" rx="2" fill="${color}"/>`,
  ];
  const left = x + TEXT_X;
  wrapText(question, TEXT_WIDTH, 2, 8).forEach((line, index) => {
    parts.push(textPath(line, left, y + 25 + index * 16, { size: 8, color: '#57606a' }));
  });
  const said = item.prediction.trim() || '(nothing)';
  wrapText(said, TEXT_WIDTH - 18, 2, 9.5).forEach((line, index) => {
    parts.push(textPath(line, left + 18, y + 64 + index * 17, { size: 9.5, bold: true, color }));
  });
  parts.push(mark(item.correct, left, y + 64, color));
  if (!item.correct) {
    parts.push(textPath(fitText(`right: ${item.answer}`, TEXT_WIDTH, 8), left, y + 102, { size: 8 }));
  }
  return parts.join('');
}

/** A tick or a cross, 10 pixels wide, on the baseline. */
function mark(correct: boolean, x: number, y: number, color: string): string {
  const path = correct ? `M${x} ${y - 5}l3.5 4.5l6 -9` : `M${x} ${y - 9}l9 9M${x + 9} ${y - 9}l-9 9`;
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2.2" stroke-linecap="round"/>`;
}

/** A grid of pictures with question, the model's answer (green or red) and, where it was wrong, the right one. */
export async function answerSheet(options: AnswerSheetOptions): Promise<Uint8Array> {
  const { items, title, columns = 4 } = options;
  const used = Math.max(1, Math.min(columns, items.length));
  const rows = Math.max(1, Math.ceil(items.length / used));
  const top = title ? TITLE : MARGIN;
  const width = used * CELL.width + 2 * MARGIN;
  const height = rows * CELL.height + top + MARGIN;
  const position = (index: number) => ({
    x: MARGIN + (index % used) * CELL.width,
    y: top + Math.floor(index / used) * CELL.height,
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="#f6f8fa"/>`,
    title ? textPath(fitText(title, width - 2 * MARGIN, 12), MARGIN + 4, 28, { size: 12, bold: true }) : '',
    ...items.map((item, index) => cell(item, position(index).x, position(index).y)),
    '</svg>',
  ].join('');
  const pictures = await Promise.all(items.map(enlarge));
  return sharp(Buffer.from(svg))
    .flatten({ background: '#f6f8fa' })
    .composite(
      pictures.map((input, index) => ({
        input,
        left: position(index).x + MARGIN + 2,
        top: position(index).y + (CELL.height - PICTURE) / 2,
      })),
    )
    .png()
    .toBuffer();
}

async function enlarge({ png, question }: SheetItem): Promise<Buffer> {
  try {
    return await sharp(png)
      .resize(PICTURE, PICTURE, { fit: 'contain', background: '#fff', kernel: 'cubic' })
      .flatten({ background: '#fff' })
      .png()
      .toBuffer();
  } catch (cause) {
    throw new EvaluationError(
      'BAD_PICTURE',
      `the picture of "${question}" cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      'give the bytes of a PNG or JPEG file',
      { cause },
    );
  }
}
