import type { RunConfig, StageConfig } from '@ovis/config';
import type { OvisConfig } from '@ovis/model';
import { expandBraces } from '@ovis/storage';
import { buildStepBatches, disposeMicroBatch, type HeldOutReport, type StageTrainer } from '@ovis/training';
import { readShard, type Sample } from '@ovis/webdataset';
import { TrainerError } from '../errors.ts';
import { prepareSample, type PreparedSample, type PrepareOptions } from './batches.ts';

export interface HeldOutOptions {
  run: RunConfig;
  stage: StageConfig;
  rank: number;
  world: number;
  /** Of the model that is trained. */
  config: OvisConfig;
  prepare: PrepareOptions;
  /** Shards of a batch that are computed side by side. */
  shards: number;
}

/** A rank's part of a stage's held-out samples: the first of their shards, the same in every evaluation. Kept as host arrays. */
export class HeldOutSamples {
  readonly #o: HeldOutOptions;
  readonly #samples: readonly PreparedSample[];
  /** Of all ranks. */
  readonly #total: number;
  readonly #every: number;

  /** @returns undefined when the run file names none. @throws TrainerError BAD_DATA, what reading and preparing throw */
  static async read(o: HeldOutOptions): Promise<HeldOutSamples | undefined> {
    const { monitor } = o.run;
    const { heldOut } = o.stage;
    if (heldOut === undefined || !monitor?.enabled) return undefined;
    const own: PreparedSample[] = [];
    const wanted = Math.max(monitor.heldOutSamples, o.world);
    let number = 0;
    for await (const sample of samplesOf(heldOut)) {
      // Not shifted: the same each time.
      if (number % o.world === o.rank)
        own.push(await prepareSample({ ...o.prepare, augmentShift: 0 }, sample, 0));
      if (++number === wanted) break;
    }
    if (own.length === 0) {
      throw new TrainerError(
        'BAD_DATA',
        `${heldOut} has ${number} samples, fewer than there are trainers (${o.world})`,
        `Give stages.${o.stage.stage - 1}.heldOut more samples, or leave it out.`,
        false,
      );
    }
    return new HeldOutSamples(o, own, { total: number, every: monitor.heldOutEvery });
  }

  private constructor(
    o: HeldOutOptions,
    samples: readonly PreparedSample[],
    { total, every }: { total: number; every: number },
  ) {
    this.#o = o;
    this.#samples = samples;
    this.#total = total;
    this.#every = every;
  }

  due(step: number): boolean {
    return step % this.#every === 0;
  }

  /** All ranks call it behind the same step. */
  async evaluate(trainer: StageTrainer): Promise<HeldOutReport & { samples: number }> {
    const { run, stage, world, config, shards } = this.#o;
    // As large as those of training.
    const size = Math.max(1, stage.batchSize / world / stage.accumulation);
    const microBatches = buildStepBatches(this.#samples, config, {
      maxLength: run.model.multimodalMaxLength,
      lengthMultiple: 16,
      microBatches: Math.ceil(this.#samples.length / size),
      shards,
      packing: 'none',
      lossNormalization: 'tokens',
    });
    try {
      return { ...(await trainer.heldOut(microBatches)), samples: this.#total };
    } finally {
      microBatches.forEach(disposeMicroBatch);
    }
  }
}

async function* samplesOf(dataset: string): AsyncGenerator<Sample, void> {
  for (const url of expandBraces(dataset)) {
    const shard = readShard(url);
    try {
      for await (const samples of shard.batches) yield* samples;
    } finally {
      shard.stop();
    }
  }
}
