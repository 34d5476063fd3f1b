import type { RunConfig, StageConfig } from '@ovis/config';
import type { PrepareRequest, RunStageRequest } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import { disposeMicroBatch, stageSettings, StageTrainer, type Collective } from '@ovis/training';
import { loadStart } from './checkpoints/load-start.ts';
import type { StartPoint } from './hand-over/start-stage.ts';
import { disposeStage } from './hand-over/held-memory.ts';
import { stageBatches } from './stage-job.ts';

/** Steps that are done for the sake of their graphs: batches come in a few shapes. */
const drySteps = 3;

/**
 * Does a few steps of a stage alone and throws them away, then of the stages that come after it in its run. What is left are warm code, and
 * graphs that TensorFlow has built once: the first step of a process costs 4 to 5 s of CPU time, that of a second trainer of the same model 0.7 s.
 * @param o.isReady stages that have been prepared are left out
 * @param o.ready told of each stage when it is
 * @param o.signal ends it behind the step at hand
 */
async function prepareStages(o: {
  request: PrepareRequest;
  gpu: boolean;
  isReady(stage: number): boolean;
  ready(stage: number): void;
  signal: AbortSignal;
  log: Logger;
}): Promise<void> {
  const run = JSON.parse(o.request.runConfigJson) as RunConfig;
  const stages = run.stages.filter(({ stage }) => stage >= o.request.stage && !o.isReady(stage));
  if (stages.length === 0) return;
  // Another rank's data would do as well; and so would the weights of the stage before.
  const request = { ...o.request, initial: true, rank: 0 } as unknown as RunStageRequest;
  const start = await loadStart({ request, log: o.log }, run);
  try {
    for (const stage of stages) {
      if (o.signal.aborted) return;
      await dryRun({ ...o, run, stage, start, request: { ...request, stage: stage.stage } });
      if (!o.signal.aborted) o.ready(stage.stage);
    }
  } finally {
    disposeStage(undefined, start.model);
  }
}

async function dryRun(o: {
  run: RunConfig;
  stage: StageConfig;
  start: StartPoint;
  request: RunStageRequest;
  gpu: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { run, stage, start, request, gpu, signal } = o;
  const settings = stageSettings(run, stage.stage);
  const { config, params } = start.model;
  const collective = imagined(request.world);
  const trainer = await StageTrainer.create({ config, params, settings, collective });
  const batches = stageBatches(run, stage, { request, gpu }, { start, fromStep: 0 });
  try {
    for (let step = 0; step < drySteps && !signal.aborted; step++) {
      const { value: batch, done } = await batches.next();
      if (done === true) break;
      try {
        if (!signal.aborted) await trainer.step(batch.microBatches);
      } finally {
        batch.microBatches.forEach(disposeMicroBatch);
      }
    }
  } finally {
    await batches.return(undefined);
    trainer.dispose();
  }
}

/** Peers that add nothing: with peers, other functions are compiled than alone. */
function imagined(world: number): Collective {
  return {
    rank: 0,
    world,
    allReduce: () => Promise.resolve(),
    reduceScatter: (input, output) => Promise.resolve(output.set(input.subarray(0, output.length))),
    allGather: (input, output) => Promise.resolve(output.set(input)),
  };
}

/** What this trainer, which is free, prepares or has prepared: a stage at work, then those that follow it in its run. */
export class StagePreparation {
  readonly #gpu: boolean;
  readonly #log: Logger;
  /** Whom it was asked for last. */
  #gangId = '';
  #stage = 0;
  /** Run config and gang size that were asked for last, and the stages that are ready in this process for them. */
  #readyFor = '';
  #ready = new Set<number>();
  #failed = false;
  /** What is under way. */
  #stop: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(o: { gpu: boolean; log: Logger }) {
    this.#gpu = o.gpu;
    this.#log = o.log;
  }

  /** Begins with it unless it is under way or done. @returns whether the stage of the request is ready, or cannot be */
  ask(request: PrepareRequest): boolean {
    const readyFor = `${request.world} ${request.runConfigJson}`;
    const known = request.gangId === this.#gangId;
    // What comes next was begun with the stage before.
    const underWay = this.#stop !== undefined && readyFor === this.#readyFor && request.stage >= this.#stage;
    if (!known && !underWay) this.#begin(request, readyFor);
    this.#gangId = request.gangId;
    this.#stage = request.stage;
    return this.#failed || this.#ready.has(request.stage);
  }

  #begin(request: PrepareRequest, readyFor: string): void {
    const before = this.stop();
    if (readyFor !== this.#readyFor) this.#ready = new Set();
    this.#readyFor = readyFor;
    this.#failed = false;
    const ready = this.#ready;
    const stop = (this.#stop = new AbortController());
    this.#ended = before
      .then(() => this.#prepare(request, ready, stop.signal))
      .finally(() => {
        if (this.#stop === stop) this.#stop = undefined;
      });
  }

  async #prepare(request: PrepareRequest, ready: Set<number>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const what = (stage: number) => `stage ${stage} of ${request.runId}`;
    let [began, next] = [performance.now(), request.stage];
    try {
      await prepareStages({
        request,
        gpu: this.#gpu,
        isReady: (stage) => ready.has(stage),
        ready: (stage) => {
          ready.add(stage);
          const seconds = (performance.now() - began) / 1000;
          this.#log.info(`ready for ${what(stage)}, after ${seconds.toFixed(1)} s`);
          [began, next] = [performance.now(), stage + 1];
        },
        signal,
        log: this.#log,
      });
    } catch (error) {
      // It is an extra: whoever takes a place learns by itself what is wrong. Not asked again for this gang.
      this.#failed = true;
      this.#log.warn(
        `cannot prepare for ${what(next)}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Work has come. Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    if (this.#stop) this.#gangId = '';
    this.#stop?.abort();
    this.#stop = undefined;
    await this.#ended;
  }
}
