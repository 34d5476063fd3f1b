import type { RunConfig, StageConfig } from '@ovis/config';
import type { PrepareRequest, RunStageRequest } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import { disposeMicroBatch, stageSettings, StageTrainer, type Collective } from '@ovis/training';
import { loadStart } from './checkpoints/load-start.ts';
import { disposeStage } from './hand-over/held-memory.ts';
import { stageBatches } from './stage-job.ts';

/** Steps that are done for the sake of their graphs: batches come in a few shapes. */
const drySteps = 3;

/**
 * Does a few steps of a stage alone and throws them away. What is left are warm code, and graphs that TensorFlow has built once: the first
 * step of a process costs 4 to 5 s of CPU time, that of a second trainer of the same model 0.7 s.
 * @param o.signal ends it behind the step at hand
 */
export async function prepareStage(o: {
  request: PrepareRequest;
  gpu: boolean;
  signal: AbortSignal;
  log: Logger;
}): Promise<void> {
  const run = JSON.parse(o.request.runConfigJson) as RunConfig;
  const stage = run.stages.find((one) => one.stage === o.request.stage) as StageConfig;
  const settings = stageSettings(run, stage.stage);
  // Another rank's data would do as well.
  const request = { ...o.request, initial: true, rank: 0 } as unknown as RunStageRequest;
  const start = await loadStart({ request, log: o.log }, run);
  let trainer: StageTrainer | undefined;
  const batches = stageBatches(run, stage, { request, gpu: o.gpu }, { start, fromStep: 0 });
  try {
    const { config, params } = start.model;
    trainer = await StageTrainer.create({ config, params, settings, collective: imagined(request.world) });
    for (let step = 0; step < drySteps && !o.signal.aborted; step++) {
      const { value: batch, done } = await batches.next();
      if (done === true || o.signal.aborted) break;
      try {
        await trainer.step(batch.microBatches);
      } finally {
        batch.microBatches.forEach(disposeMicroBatch);
      }
    }
  } finally {
    await batches.return(undefined);
    disposeStage(trainer, start.model);
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

/** The stage that this trainer, which is free, prepares or has prepared. */
export class StagePreparation {
  readonly #gpu: boolean;
  readonly #log: Logger;
  #gangId = '';
  #isDone = false;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(o: { gpu: boolean; log: Logger }) {
    this.#gpu = o.gpu;
    this.#log = o.log;
  }

  /** Begins with it unless it is under way or done. @returns whether it is done */
  ask(request: PrepareRequest): boolean {
    if (request.gangId === this.#gangId) return this.#isDone;
    const before = this.stop();
    this.#gangId = request.gangId;
    this.#isDone = false;
    const { signal } = (this.#stop = new AbortController());
    const began = performance.now();
    const what = `stage ${request.stage} of ${request.runId}`;
    this.#ended = before
      .then(() =>
        signal.aborted ? undefined : prepareStage({ request, gpu: this.#gpu, signal, log: this.#log }),
      )
      .then(
        () => {
          if (signal.aborted) return;
          this.#isDone = true;
          this.#log.info(`ready for ${what}, after ${((performance.now() - began) / 1000).toFixed(1)} s`);
        },
        (error: unknown) => {
          // It is an extra: whoever takes a place learns by itself what is wrong. Not asked again for this gang.
          this.#isDone = true;
          this.#log.warn(
            `cannot prepare for ${what}: ${error instanceof Error ? error.message : String(error)}`,
          );
        },
      );
    return false;
  }

  /** Work has come. Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (!this.#isDone) this.#gangId = '';
    await this.#ended;
  }
}
