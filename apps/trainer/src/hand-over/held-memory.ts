import type { HeldStageInput } from '@ovis/protocol';
import type { StageTrainer } from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';
import type { Logger } from '@ovis/telemetry';
import type { LoadedModel } from '../model-files.ts';

/** A stage in the memory of this trainer, whose gang has ended. */
export interface HeldStage {
  runId: string;
  gangId: string;
  stage: number;
  /** The run config it was trained by, as JSON. */
  configJson: string;
  trainer: StageTrainer;
  model: LoadedModel;
  /** Of all lanes; undefined when this rank did not hear of them in the last step. */
  cursors: LaneCursor[] | undefined;
  bytes: number;
}

/** Longest time that a stage is held for a next generation, ms. */
const longestMs = 10 * 60_000;

/** At most one stage that waits in memory for the next generation of its gang. */
export class HeldMemory {
  readonly #log: Logger;
  readonly #longestMs: number;
  #held: HeldStage | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger, o: { longestMs?: number } = {}) {
    this.#log = log;
    this.#longestMs = o.longestMs ?? longestMs;
  }

  /** What a heartbeat says of it. */
  get facts(): HeldStageInput | undefined {
    if (this.#held === undefined) return undefined;
    const { runId, gangId, stage, trainer, bytes } = this.#held;
    return { runId, gangId, stage, step: trainer.stepsDone, bytes };
  }

  put(held: HeldStage): void {
    this.free('another stage takes its place');
    this.#held = held;
    this.#timer = setTimeout(() => this.free('nobody went on with it'), this.#longestMs);
    this.#timer.unref();
    this.#log.info(`holds stage ${held.stage} of ${held.runId} at step ${held.trainer.stepsDone} in memory`);
  }

  /** Takes it over; what is of another gang, stage or config is freed. */
  take(o: { gangId: string; stage: number; configJson: string }): HeldStage | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    const same = held.gangId === o.gangId && held.stage === o.stage && held.configJson === o.configJson;
    if (!same) {
      this.free('other work has come');
      return undefined;
    }
    clearTimeout(this.#timer);
    this.#held = undefined;
    return held;
  }

  /** @param gangId only what is of this gang */
  free(reason: string, gangId?: string): void {
    if (this.#held === undefined || (gangId !== undefined && this.#held.gangId !== gangId)) return;
    const { trainer, model, stage, runId } = this.#held;
    clearTimeout(this.#timer);
    this.#held = undefined;
    this.#log.info(`frees stage ${stage} of ${runId}: ${reason}`);
    disposeStage(trainer, model);
  }
}

/** Frees a stage's memory. */
export function disposeStage(trainer: StageTrainer | undefined, model: LoadedModel): void {
  trainer?.dispose();
  for (const tensor of Object.values(model.params)) if (!tensor.isDisposed) tensor.dispose();
}
