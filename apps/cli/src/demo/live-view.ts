import pc from 'picocolors';
import type { EvaluationView, RunState, StageView } from './run-state.ts';

const STAGE_NAMES: Record<number, string> = { 1: 'captions', 2: 'descriptions', 3: 'instructions' };
const BAR = 24;

/** Plain lines come at most this often, in ms. */
const PLAIN_EVERY = 5_000;
const REDRAW_EVERY = 120;

/** Shows a run while it goes on: bars that are redrawn in a terminal, plain lines otherwise. */
export class LiveView {
  readonly #state: RunState;
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;
  #said = '';
  #noted = 0;

  constructor(state: RunState, out: NodeJS.WriteStream = process.stdout) {
    this.#state = state;
    this.#out = out;
    this.#live = Boolean(out.isTTY) && !process.env['CI'];
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#live ? REDRAW_EVERY : PLAIN_EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#tick();
    this.#drawn = 0;
  }

  #tick(): void {
    this.#clear();
    for (const { level, message } of this.#state.notes.slice(this.#noted))
      this.#out.write(`${level === 'info' ? pc.dim(message) : pc.yellow(message)}\n`);
    this.#noted = this.#state.notes.length;
    if (this.#live) this.#draw();
    else this.#say();
  }

  #clear(): void {
    if (this.#drawn > 0) this.#out.write(`\x1b[${this.#drawn}A\x1b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    const width = this.#out.columns || 100;
    const lines = [...this.#state.stages.values()].flatMap((stage) => stageLines(stage));
    const evaluation = evaluationLine([...this.#state.evaluations.values()]);
    if (evaluation) lines.push(evaluation);
    for (const line of lines) this.#out.write(`${clip(line, width)}\n`);
    this.#drawn = lines.length;
  }

  #say(): void {
    const stage = this.#state.current ?? [...this.#state.stages.values()].at(-1);
    const evaluation = evaluationLine([...this.#state.evaluations.values()]);
    const line = evaluation ?? (stage ? `${stageText(stage)}  ${trainersText(stage)}` : '');
    if (line && line !== this.#said) this.#out.write(`${line}\n`);
    this.#said = line;
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

function stageText(stage: StageView, bar = ''): string {
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

/** 75 -> "1:15". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
