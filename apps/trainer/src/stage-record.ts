import { RequestError, StagePhase, type RunStageRequest, type StageEventInput } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import { EventLog } from './event-log.ts';
import type { StageGroups } from './sites.ts';

/** A step is logged this often, in ms. */
const logEveryMs = 10_000;
/** Steps that the own time of a step is averaged over. */
const ownSteps = 16;

/** One stage that this trainer works on, or has worked on: what is known of it, and what it was asked to do. */
export class StageRecord {
  readonly request: RunStageRequest;
  readonly events = new EventLog<StageEventInput>(kindOf);
  group?: StageGroups;
  phase: StagePhase = StagePhase.LOADING;
  step = 0;
  stepsTotal = 0;
  /** Resolves when nothing of the stage is left; never rejects. */
  ended: Promise<{ checkpointUrl: string }> = Promise.resolve({ checkpointUrl: '' });
  readonly #log: Logger;
  readonly #onEvent: (event: StageEventInput) => void;
  readonly #aborted = new AbortController();
  #stopReason: string | undefined;
  #wantsCheckpoint = false;
  /** Of the last checkpoint that this rank knows of. */
  #savedStep: number;
  /** Own time of the last steps (computing, waiting for data), in ms. */
  readonly #ownMs: number[] = [];
  #lastEvent = performance.now();
  #logged = 0;

  constructor(request: RunStageRequest, log: Logger, onEvent: (event: StageEventInput) => void = () => {}) {
    this.request = request;
    this.#log = log;
    this.#onEvent = onEvent;
    this.#savedStep = request.initial ? 0 : request.startStep;
  }

  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  get wantsCheckpoint(): boolean {
    return this.#wantsCheckpoint;
  }

  /** Aborts when the stage must end wherever it is. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  get silentMs(): number {
    return performance.now() - this.#lastEvent;
  }

  /** Mean own time of the last steps, in ms; 0 before the first. */
  get ownMs(): number {
    const all = this.#ownMs;
    return all.length === 0 ? 0 : all.reduce((sum, ms) => sum + ms, 0) / all.length;
  }

  /** Asks to stop behind the step. @param checkpoint with a checkpoint, not only to hold the stage in memory */
  stop(reason: string, checkpoint: boolean): void {
    this.#stopReason ??= reason;
    this.#wantsCheckpoint ||= checkpoint;
  }

  /** Ends it wherever it is, also while it waits for its peers. */
  abort(reason: string): void {
    this.#stopReason ??= reason;
    const error = new RequestError('GROUP_ABORTED', reason, 'A newer generation of the gang goes on.');
    this.group?.abort(error);
    this.#aborted.abort(error);
  }

  emit(event: StageEventInput): void {
    this.#lastEvent = performance.now();
    this.#onEvent(event);
    if (event.phase?.phase) this.phase = event.phase.phase;
    if (event.checkpoint?.step) this.#savedStep = event.checkpoint.step;
    if (event.step?.step) this.#step(event.step.step, event.step);
    if (event.started) {
      this.stepsTotal = event.started.stepsTotal ?? 0;
      this.step = event.started.firstStep ?? 0;
    }
    const { stage, generation, rank } = this.request;
    this.events.emit({ stage, generation, rank, atMs: Date.now(), ...event });
  }

  /** What would be lost if the process ended now, in words. */
  get unfinished(): string {
    const { runId, stage, world } = this.request;
    const others = world > 1 ? ', unless other trainers of the gang hold them in memory' : '';
    const again = this.step - this.#savedStep;
    return `stage ${stage} of ${runId} is at step ${this.step}, its last checkpoint at step ${this.#savedStep}: ${again} steps are done again${others}`;
  }

  #step(step: number, facts: NonNullable<StageEventInput['step']>): void {
    this.step = step;
    this.#ownMs.push((facts.computeMs ?? 0) + (facts.dataMs ?? 0));
    if (this.#ownMs.length > ownSteps) this.#ownMs.shift();
    if (performance.now() - this.#logged < logEveryMs) return;
    this.#logged = performance.now();
    const { loss, imagesPerS, computeMs, communicateMs, dataMs } = facts;
    this.#log.info({ step, loss, imagesPerS, computeMs, communicateMs, dataMs }, 'step');
  }
}

const kinds = [
  'started',
  'phase',
  'step',
  'checkpoint',
  'done',
  'failed',
  'statistics',
  'warning',
  'heldOut',
] as const;

function kindOf(event: StageEventInput): string {
  return kinds.find((kind) => event[kind]) ?? '';
}
