import type { OvisConfig } from '@ovis/model';
import { StageError } from './errors.ts';
import { layOut, measureSamples } from './lay-out.ts';
import { buildShards } from './micro-batch.ts';
import type { BuiltBatch, MicroBatchOptions, TrainingSample } from './micro-batch.ts';
import { dealRows } from './pack-rows.ts';
import { planMicroBatches } from './plan-rows.ts';
import type { StageSettings } from './settings.ts';

export interface StepBatchOptions extends Omit<MicroBatchOptions, 'images' | 'lossRows'> {
  /** Micro-batches of the step on this rank: `settings.accumulation`. */
  microBatches: number;
  /** Shards of each micro-batch that are computed side by side. */
  shards: number;
  /** 'rows': several samples share a row, each with its own positions and attention; 'none': a row each, padded. */
  packing: 'none' | 'rows';
  /** 'tokens': samples may change their micro-batch, which leaves loss and gradients as they are; 'microbatch': they may not. */
  lossNormalization: StageSettings['lossNormalization'];
}

/**
 * One optimizer step's samples as micro-batches in shards, with little padding; the caller disposes them. Samples stay whole and within their
 * step, so the result of the step is that of padded rows (with 'microbatch', within their micro-batch too), and what a resume reads is the same.
 *
 * - `packing: 'rows'`: see {@link planMicroBatches}.
 * - `packing: 'none'` with several micro-batches and 'tokens': samples of like length come to the same micro-batch.
 *
 * The layout follows from the samples alone: the same ones give the same batches.
 *
 * @throws StageError BAD_BATCH
 */
export function buildStepBatches(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  o: StepBatchOptions,
): BuiltBatch[][] {
  if (samples.length < o.microBatches) {
    throw new StageError(
      'BAD_BATCH',
      `A step has ${samples.length} samples for ${o.microBatches} micro-batches.`,
      'Give every rank at least one sample per micro-batch: raise batchSize or lower accumulation.',
    );
  }
  const numbered = samples.map((sample, i) => ({ ...sample, order: sample.order ?? i }));
  const together = o.lossNormalization === 'tokens';
  if (o.packing === 'none') {
    const sorted = together && o.microBatches > 1 ? byLength(numbered, config, o) : numbered;
    return cut(sorted, o.microBatches).map((part) => buildShards(part, config, o, o.shards));
  }
  const groups = together ? [numbered] : cut(numbered, o.microBatches);
  return groups.flatMap((group) => packed(group, config, o, o.microBatches / groups.length));
}

/** Shortest first; the same length in the order of the list. */
function byLength(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  { maxLength }: StepBatchOptions,
): TrainingSample[] {
  const measured = measureSamples(samples, config, maxLength);
  return measured.sort((a, b) => a.length - b.length).map(({ sample }) => sample);
}

/** Consecutive pieces, as equal in size as can be. */
function cut<T>(list: readonly T[], pieces: number): T[][] {
  const start = (piece: number) => Math.floor((piece * list.length) / pieces);
  return Array.from({ length: pieces }, (_, piece) => list.slice(start(piece), start(piece + 1)));
}

function packed(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  o: StepBatchOptions,
  microBatches: number,
): BuiltBatch[][] {
  const measured = measureSamples(samples, config, o.maxLength);
  const pictures = (row: readonly number[]) => row.reduce((sum, i) => sum + measured[i]!.pictures.length, 0);
  const lengths = measured.map(({ length }) => length);
  return planMicroBatches(lengths, { ...o, microBatches, width: config.hiddenSize }).map(
    ({ rows, length, perShard }) => {
      const shards = dealRows(rows, o.shards, perShard, pictures);
      return layOut(
        shards.map((shard) => shard.map((row) => row.map((i) => measured[i]!))),
        config,
        { maxLength: o.maxLength, length, packedRows: perShard, images: 1 },
      );
    },
  );
}
