import pc from 'picocolors';
import { duration } from '../format.ts';
import { STAGE_NAMES, type EvaluationView, type RunState, type StageView } from './run-state.ts';

const BAR = 24;

const REDRAW_EVERY = 120;

/** Bars of a run's stages, redrawn in a terminal while it goes on. */
export class StageBars {
  readonly #state: RunState;
  readonly #out: NodeJS.WriteStream;
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;
  #noted = 0;

  constructor(state: RunState, out: NodeJS.WriteStream) {
    this.#state = state;
    this.#out = out;
  }

  start(): void {
    this.#timer = setInterval(() => this.#redraw(), REDRAW_EVERY);
  }

  /** The last picture stays. */
  stop(): void {
    clearInterval(this.#timer);
    this.#redraw();
    this.#drawn = 0;
  }

  #redraw(): void {
    if (this.#drawn > 0) this.#out.write(`\x1b[${this.#drawn}A\x1b[0J`);
    for (const { level, message } of this.#state.notes.slice(this.#noted))
      this.#out.write(`${level === 'info' ? pc.dim(message) : pc.yellow(message)}\n`);
    this.#noted = this.#state.notes.length;
    const width = this.#out.columns || 100;
    const lines = [...this.#state.stages.values()].flatMap((stage) => stageLines(stage));
    const evaluation = evaluationLine([...this.#state.evaluations.values()]);
    if (evaluation) lines.push(evaluation);
    for (const line of lines) this.#out.write(`${clip(line, width)}\n`);
    this.#drawn = lines.length;
  }
}

function stageLines(stage: StageView): string[] {
  const part = stage.steps > 0 ? stage.step / stage.steps : 0;
  const full = Math.round(part * BAR);
  const bar = pc.cyan('━'.repeat(full)) + pc.dim('━'.repeat(BAR - full));
  const head = stage.done ? pc.green('✔') : pc.cyan('●');
  const line = `${head} ${stageText(stage, bar)}`;
  return stage.done ? [line] : [line, pc.dim(`    ${trainersText(stage)}`)];
}

function stageText(stage: StageView, bar: string): string {
  const facts = [
    `stage ${stage.stage} ${(STAGE_NAMES[stage.stage] ?? '').padEnd(12)}`,
    bar,
    `step ${String(stage.step).padStart(4)}/${stage.steps}`,
    stage.loss === undefined ? '' : `loss ${stage.loss.toFixed(3)}`,
    stage.imagesPerSecond === undefined ? '' : `${Math.round(stage.imagesPerSecond)} images/s`,
    stage.done
      ? `took ${duration(stage.seconds)}`
      : stage.etaSeconds === undefined
        ? ''
        : `ETA ${duration(stage.etaSeconds)}`,
  ];
  return facts.filter(Boolean).join('  ');
}

function trainersText(stage: StageView): string {
  return [...stage.trainers.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, { trainerId, state }]) => `${trainerId} ${state}`)
    .join(' · ');
}

function evaluationLine(views: EvaluationView[]): string | undefined {
  if (views.length === 0) return undefined;
  const done = views.reduce((sum, view) => sum + view.done, 0);
  const total = views.reduce((sum, view) => sum + view.total, 0);
  const what = views.some(({ blankImage }) => blankImage) ? ' (blank picture)' : '';
  return `evaluation: ${done}/${total} held-out questions${what}`;
}

/** Cuts a line with colour codes to the width of the terminal, so that redrawing counts lines right. */
function clip(line: string, width: number): string {
  let room = width - 1;
  let out = '';
  // eslint-disable-next-line no-control-regex -- colour codes start with ESC
  for (const piece of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (piece.startsWith('\x1b[')) out += piece;
    else {
      out += [...piece].slice(0, room).join('');
      room -= Math.min(room, [...piece].length);
    }
  }
  return out;
}
