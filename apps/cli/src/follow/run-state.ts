import {
  StagePhase,
  type RunEvent,
  type StageHeldOut,
  type StageStatistics,
  type StageWarning,
} from '@ovis/protocol';
import { warningLines } from './watch-text.ts';

/** What each stage of the method learns from. */
export const STAGE_NAMES: Record<number, string> = { 1: 'captions', 2: 'descriptions', 3: 'instructions' };

/** What is known of one stage while it runs. */
export interface StageView {
  stage: number;
  step: number;
  steps: number;
  loss?: number;
  learningRate?: number;
  imagesPerSecond?: number;
  /** Seconds until the last step, at the pace of the recent steps. */
  etaSeconds?: number;
  /** Seconds since the stage's first event. */
  seconds: number;
  done: boolean;
  trainers: Map<number, TrainerView>;
  checkpoint?: string;
  points: { step: number; loss: number }[];
  /** The last look at the visual tokens. */
  tokens?: StageStatistics;
  heldOut: StageHeldOut[];
  warnings: StageWarning[];
  /** Means over the steps seen, in ms. */
  computeMs: number;
  communicateMs: number;
  dataMs: number;
}

export interface TrainerView {
  trainerId: string;
  state: string;
}

export interface EvaluationView {
  done: number;
  total: number;
  blankImage: boolean;
}

const PHASES: Record<number, string> = {
  [StagePhase.LOADING]: 'loading',
  [StagePhase.COMPILING]: 'compiling',
  [StagePhase.TRAINING]: 'training',
  [StagePhase.CHECKPOINTING]: 'checkpointing',
};

/** How much a new step's pace counts in the moving average. */
const PACE = 0.1;

/** Follows a run through its events: the state behind the live view, the log lines and the curves. */
export class RunState {
  readonly stages = new Map<number, StageView>();
  readonly evaluations = new Map<number, EvaluationView>();
  readonly notes: { level: string; message: string }[] = [];
  ended = false;
  readonly #began = new Map<number, number>();
  readonly #pace = new Map<number, { at: number; step: number; msPerStep?: number }>();

  apply(event: RunEvent): void {
    if (event.event === 'note') {
      this.notes.push({ level: event.note.level, message: event.note.message });
      if (event.note.final) this.ended = true;
    } else if (event.event === 'evaluate') this.#evaluate(event);
    else if (event.event === 'stage') this.#stage(event);
  }

  get current(): StageView | undefined {
    return [...this.stages.values()].findLast((stage) => !stage.done);
  }

  #stage({ trainerId, rank, stage: event }: Extract<RunEvent, { event: 'stage' }>): void {
    const view = this.#view(event.stage);
    const began = this.#began.get(event.stage) ?? event.atMs;
    this.#began.set(event.stage, began);
    view.seconds = Math.max(view.seconds, (event.atMs - began) / 1000);
    const trainer = view.trainers.get(rank);
    const state = (text: string) => view.trainers.set(rank, { trainerId, state: text });
    if (!trainer || trainer.trainerId !== trainerId) state('joined');
    switch (event.event) {
      case 'started':
        view.steps = event.started.stepsTotal;
        if (rank === 0) this.#rewind(view, event.started.firstStep);
        break;
      case 'phase':
        state(PHASES[event.phase.phase] ?? '');
        break;
      case 'step':
        if (rank === 0) this.#step(view, event.step, event.atMs);
        break;
      case 'statistics':
        if (rank === 0) view.tokens = event.statistics;
        break;
      case 'heldOut':
        if (rank === 0) view.heldOut.push(event.heldOut);
        break;
      case 'warning':
        if (rank === 0) this.#warning(view, event.warning);
        break;
      case 'checkpoint':
        view.checkpoint = event.checkpoint.url;
        break;
      case 'done':
        state('done');
        view.done = [...view.trainers.values()].every((t) => t.state === 'done');
        break;
      case 'failed':
        state(`failed: ${event.failed.message}`);
        break;
    }
  }

  #warning(view: StageView, warning: StageWarning): void {
    const known = ({ signature, step }: StageWarning) =>
      signature === warning.signature && step === warning.step;
    // A watcher whose connection broke is told the last one again.
    if (view.warnings.some(known)) return;
    view.warnings.push(warning);
    for (const line of warningLines(warning)) {
      const level = warning.over ? 'info' : 'warn';
      this.notes.push({ level, message: `stage ${view.stage}  ${line}` });
    }
  }

  /** After a failure the stage goes on from its checkpoint: later points of the curve are run again. */
  #rewind(view: StageView, firstStep: number): void {
    view.step = firstStep;
    view.points = view.points.filter(({ step }) => step <= firstStep);
    this.#pace.delete(view.stage);
    for (const [rank] of view.trainers) if (rank !== 0) view.trainers.delete(rank);
  }

  #step(
    view: StageView,
    step: {
      step: number;
      loss: number;
      lr: number;
      images: number;
      computeMs: number;
      communicateMs: number;
      dataMs: number;
    },
    atMs: number,
  ): void {
    const seen = view.points.length;
    const mean = (old: number, value: number) => (old * seen + value) / (seen + 1);
    view.computeMs = mean(view.computeMs, step.computeMs);
    view.communicateMs = mean(view.communicateMs, step.communicateMs);
    view.dataMs = mean(view.dataMs, step.dataMs);
    view.step = step.step;
    view.loss = step.loss;
    view.learningRate = step.lr;
    view.points.push({ step: step.step, loss: step.loss });
    const before = this.#pace.get(view.stage);
    const now =
      before && step.step > before.step ? (atMs - before.at) / (step.step - before.step) : undefined;
    const old = before?.msPerStep;
    const msPerStep = now === undefined ? old : old === undefined ? now : old + PACE * (now - old);
    this.#pace.set(view.stage, { at: atMs, step: step.step, msPerStep });
    if (msPerStep === undefined) return;
    view.imagesPerSecond = (step.images * 1000) / msPerStep;
    view.etaSeconds = ((view.steps - step.step) * msPerStep) / 1000;
  }

  #evaluate({ rank, evaluate }: Extract<RunEvent, { event: 'evaluate' }>): void {
    if (evaluate.event !== 'progress') return;
    const { done, total, blankImage } = evaluate.progress;
    this.evaluations.set(rank, { done, total, blankImage });
  }

  #view(stage: number): StageView {
    let view = this.stages.get(stage);
    if (!view) {
      view = {
        stage,
        step: 0,
        steps: 0,
        seconds: 0,
        done: false,
        trainers: new Map(),
        points: [],
        heldOut: [],
        warnings: [],
        computeMs: 0,
        communicateMs: 0,
        dataMs: 0,
      };
      this.stages.set(stage, view);
    }
    return view;
  }
}
