import sharp from 'sharp';
import { fitText, textPath } from './text.ts';
import { niceTicks } from './ticks.ts';

export interface LossPoint {
  step: number;
  loss: number;
}

export interface LossCurvesOptions {
  stages: readonly { name: string; points: readonly LossPoint[] }[];
  title?: string;
}

const PANEL = { width: 400, height: 300 };
const PLOT = { left: 52, right: 14, top: 46, bottom: 42 };
const TITLE = 36;
const COLORS = ['#0969da', '#1a7f37', '#bc4c00', '#8250df'];
const GRID = '#e4e8ec';
const AXIS = '#57606a';

/** Running mean over about a fortieth of the curve, without the pull of the starting value (as in Adam). */
export function smooth(points: readonly LossPoint[]): LossPoint[] {
  const keep = 1 - 1 / Math.max(1, points.length / 40);
  let mean = 0;
  let weight = 0;
  return points.map(({ step, loss }) => {
    mean = keep * mean + (1 - keep) * loss;
    weight = keep * weight + (1 - keep);
    return { step, loss: mean / weight };
  });
}

function line(
  points: readonly LossPoint[],
  x: (step: number) => number,
  y: (loss: number) => number,
): string {
  return points
    .map(({ step, loss }, index) => `${index === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`)
    .join('');
}

function panel(name: string, all: readonly LossPoint[], color: string, left: number, top: number): string {
  const points = all.filter(({ step, loss }) => Number.isFinite(step) && Number.isFinite(loss));
  const x0 = left + PLOT.left;
  const x1 = left + PANEL.width - PLOT.right;
  const y0 = top + PANEL.height - PLOT.bottom;
  const y1 = top + PLOT.top;
  const parts = [textPath(fitText(name, 230, 10), x0, top + 20, { size: 10, bold: true })];
  const frame = `<path d="M${x0} ${y1}V${y0}H${x1}" fill="none" stroke="${AXIS}"/>`;
  if (points.length === 0) {
    parts.push(frame, textPath('no points', (x0 + x1) / 2, (y0 + y1) / 2, { anchor: 'middle', color: AXIS }));
    return parts.join('');
  }
  const losses = points.map(({ loss }) => loss);
  const steps = points.map(({ step }) => step);
  const ticks = niceTicks(Math.min(0, ...losses), Math.max(...losses) * 1.05 || 1);
  const low = Math.min(0, ...losses);
  const high = Math.max(Math.max(...losses) * 1.05, ticks[ticks.length - 1]!) || 1;
  const first = Math.min(...steps);
  const last = Math.max(...steps);
  const x = (step: number) => x0 + ((step - first) / Math.max(1e-9, last - first)) * (x1 - x0);
  const y = (loss: number) => y0 - ((loss - low) / (high - low)) * (y0 - y1);
  for (const tick of ticks) {
    const at = y(tick).toFixed(1);
    parts.push(`<path d="M${x0} ${at}H${x1}" stroke="${GRID}"/>`);
    parts.push(textPath(String(tick), x0 - 7, y(tick) + 3.5, { size: 7.5, anchor: 'end', color: AXIS }));
  }
  for (const tick of niceTicks(first, last)) {
    parts.push(`<path d="M${x(tick).toFixed(1)} ${y0}v4" stroke="${AXIS}"/>`);
    parts.push(textPath(String(tick), x(tick), y0 + 16, { size: 7.5, anchor: 'middle', color: AXIS }));
  }
  parts.push(frame, textPath('step', (x0 + x1) / 2, y0 + 34, { size: 8, anchor: 'middle', color: AXIS }));
  parts.push(textPath('loss', x0, y1 - 6, { size: 8, anchor: 'middle', color: AXIS }));
  const style = 'fill="none" stroke-linejoin="round" stroke-linecap="round"';
  const smoothed = smooth(points);
  parts.push(
    `<path d="${line(points, x, y)}" ${style} stroke="${color}" stroke-opacity="0.3" stroke-width="1"/>`,
  );
  parts.push(`<path d="${line(smoothed, x, y)}" ${style} stroke="${color}" stroke-width="2"/>`);
  if (points.length === 1)
    parts.push(`<circle cx="${x(first)}" cy="${y(losses[0]!)}" r="3" fill="${color}"/>`);
  parts.push(legend(x1, y1, color, smoothed[smoothed.length - 1]!.loss));
  return parts.join('');
}

/** In the upper right, where a falling curve is not. */
function legend(right: number, top: number, color: string, final: number): string {
  const x = right - 128;
  return [
    `<rect x="${x - 8}" y="${top + 2}" width="134" height="54" rx="4" fill="#fff" fill-opacity="0.85" stroke="${GRID}"/>`,
    `<path d="M${x} ${top + 15}h18" stroke="${color}" stroke-opacity="0.3"/>`,
    textPath('each step', x + 26, top + 18, { size: 7.5 }),
    `<path d="M${x} ${top + 31}h18" stroke="${color}" stroke-width="2"/>`,
    textPath('running mean', x + 26, top + 34, { size: 7.5 }),
    textPath(`at the end: ${final.toPrecision(3)}`, x, top + 50, { size: 7.5, bold: true, color }),
  ].join('');
}

/** Loss against step as a PNG, one panel per stage side by side; points that are not finite are left out. */
export async function lossCurves(options: LossCurvesOptions): Promise<Uint8Array> {
  const { stages, title } = options;
  const top = title ? TITLE : 0;
  const width = Math.max(1, stages.length) * PANEL.width;
  const height = PANEL.height + top;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    title ? textPath(fitText(title, width - 40, 12), 20, 28, { size: 12, bold: true }) : '',
    ...stages.map(({ name, points }, index) =>
      panel(name, points, COLORS[index % COLORS.length]!, index * PANEL.width, top),
    ),
    '</svg>',
  ].join('');
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
}
