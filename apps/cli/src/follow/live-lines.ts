import { StagePhase, StageSource, type RunEvent, type StageCheckpoint } from '@ovis/protocol';
import type { RunProgress } from '@ovis/workflows';
import { bytes, count, duration, loss } from '../format.ts';
import { heldOutText, tokensText, warningLines } from './watch-text.ts';

/** A line to print; `live` lines replace each other on a terminal and are thinned out without one. */
export interface LiveLine {
  text: string;
  live: boolean;
}

const phases: Partial<Record<StagePhase, string>> = {
  [StagePhase.LOADING]: 'loads',
  [StagePhase.COMPILING]: 'compiles',
  [StagePhase.CHECKPOINTING]: 'saves a checkpoint',
};

/** Turns a run's events into lines. Keeps what one line needs of earlier events. */
export class LiveLines {
  readonly #now: () => number;
  #stage = 0;
  #totalSteps = 0;
  #firstStep = 0;
  #firstAt: number | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  of(event: RunEvent): LiveLine[] {
    // How the run ended is said by the caller, who asks Temporal.
    if (event.event === 'note') return event.note.final ? [] : [{ text: event.note.message, live: false }];
    if (event.event === 'evaluate') {
      const inner = event.evaluate;
      if (inner.event !== 'progress' || event.rank !== 0) return [];
      const { done, total, blankImage, questionsPerS } = inner.progress;
      const what = blankImage ? 'with blank pictures ' : '';
      return [
        {
          text: `evaluation ${what}${count(done)}/${count(total)}  ${count(questionsPerS)} questions/s`,
          live: true,
        },
      ];
    }
    if (event.event !== 'stage') return [];
    const { stage } = event;
    const prefix = `stage ${stage.stage}  `;
    switch (stage.event) {
      case 'started':
        if (event.rank !== 0) return [];
        this.#begin(stage.stage, stage.started.stepsTotal, stage.started.firstStep);
        return [
          {
            text: `${prefix}${count(stage.started.trainableParams)} trainable parameters, steps ${count(stage.started.firstStep)} to ${count(stage.started.stepsTotal)}${fromWhere(stage.started)}`,
            live: false,
          },
        ];
      case 'phase': {
        const doing = phases[stage.phase.phase];
        if (doing === undefined) return [];
        return [{ text: `${prefix}${event.trainerId} ${doing} ${stage.phase.detail}`.trimEnd(), live: true }];
      }
      case 'step': {
        if (event.rank !== 0) return [];
        const { step, imagesPerS } = stage.step;
        return [
          {
            text: `${prefix}step ${count(step)}/${count(this.#totalSteps)}  loss ${loss(stage.step.loss)}  ${count(imagesPerS)} images/s  ${this.#eta(stage.stage, step)}`,
            live: true,
          },
        ];
      }
      case 'checkpoint':
        return [
          {
            text: `${prefix}checkpoint at step ${count(stage.checkpoint.step)}: ${stage.checkpoint.url}${cost(stage.checkpoint)}`,
            live: false,
          },
        ];
      case 'statistics':
        if (event.rank !== 0) return [];
        return [{ text: `${prefix}${tokensText(stage.statistics)}`, live: false }];
      case 'heldOut':
        if (event.rank !== 0) return [];
        return [{ text: `${prefix}${heldOutText(stage.heldOut)}`, live: false }];
      case 'warning':
        if (event.rank !== 0) return [];
        return warningLines(stage.warning).map((text) => ({ text: `${prefix}${text}`, live: false }));
      case 'done':
        if (event.rank !== 0) return [];
        return [
          {
            text: `${prefix}done after ${count(stage.done.steps)} steps, loss ${loss(stage.done.finalLoss)}`,
            live: false,
          },
        ];
      case 'failed':
        return [{ text: `${prefix}${event.trainerId}: ${stage.failed.message}`, live: false }];
      default:
        return [];
    }
  }

  #begin(stage: number, totalSteps: number, firstStep: number): void {
    this.#stage = stage;
    this.#totalSteps = totalSteps;
    this.#firstStep = firstStep;
    this.#firstAt = undefined;
  }

  /** From the pace since the first step seen: a watcher may come late. */
  #eta(stage: number, step: number): string {
    if (stage !== this.#stage) this.#begin(stage, this.#totalSteps, step);
    if (this.#firstAt === undefined) {
      this.#firstAt = this.#now();
      this.#firstStep = step;
      return '';
    }
    const done = step - this.#firstStep;
    if (done <= 0 || this.#totalSteps <= 0) return '';
    const secondsPerStep = (this.#now() - this.#firstAt) / 1000 / done;
    return `${duration(secondsPerStep * (this.#totalSteps - step))} left`;
  }
}

/** After a trainer was lost: that nothing was read, and nothing is done twice. */
function fromWhere({ source, sourceDetail }: { source: StageSource; sourceDetail: string }): string {
  if (source === StageSource.MEMORY) return ', from memory';
  return source === StageSource.PEER ? `, from the memory of a peer: ${sourceDetail}` : '';
}

/** The same from the workflow's answer, when no controller streams. */
export function progressLine(progress: RunProgress): string {
  if (progress.status !== 'training') return `${progress.status}: ${progress.note}`;
  return `stage ${progress.stage}  step ${count(progress.step)}/${count(progress.totalSteps)}  loss ${loss(progress.loss)}  ${count(progress.imagesPerSecond ?? 0)} images/s  ${progress.trainers.length} trainers`;
}

/** What a checkpoint cost; nothing when its trainer does not say. */
function cost({ ms, snapshotMs, waitMs, writtenBytes }: StageCheckpoint): string {
  const stall = snapshotMs + waitMs;
  if (!(stall > 0)) return '';
  return `  (wrote ${bytes(writtenBytes)} in ${(ms / 1000).toFixed(1)} s; the training stood still for ${stall.toFixed(0)} ms)`;
}
