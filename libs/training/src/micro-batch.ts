import { tf } from '@ovis/tensorflow';
import type { MergedBatch, OvisConfig } from '@ovis/model';
import { StageError } from './errors.ts';
import { rung } from './few-shapes.ts';
import { layOut, measureSamples } from './lay-out.ts';

/** A tokenised sample with its preprocessed pictures, on the host. */
export interface TrainingSample {
  /** `[channels, S, S]`, one per picture or tile that `inputIds` has places for; several in a list, none in an empty list. */
  pixels: Float32Array | readonly Float32Array[];
  inputIds: readonly number[];
  labels: readonly number[];
  /**
   * Number of the sample in the step's global batch, from 0: what is drawn for its pictures (gumbel_argmax) depends on it, and so not on the
   * rank, micro-batch or row that it comes to. Default: its place in the list.
   */
  order?: number;
}

export interface MicroBatchOptions {
  /** Merged sequences are cut here from the right (`multimodal_max_length`). */
  maxLength: number;
  /**
   * Every different shape of a batch is traced and compiled once, so shapes should be few. The length is `maxLength`, or with this option
   * the shortest that holds the longest sequence among `lengthMultiple` times 1, 2 ... 16, 18, 20 ... 32, 36 ...
   */
  lengthMultiple?: number;
  /** Pictures the batch is laid out for, so that text-only samples do not change its shape. Default: one per sample. */
  images?: number;
  /** Labelled positions the batch is laid out for. Default: the next power of two, at least 64. */
  lossRows?: number;
}

/** A merged batch as the trainer takes it. */
export interface TrainingBatch extends MergedBatch {
  /** int32 `[images]`: a number for each picture of the step, the same on every rank (gumbel_argmax only). */
  pictureNumbers?: tf.Tensor1D;
}

/** A batch that {@link buildMicroBatch} and its like made. */
export type BuiltBatch = TrainingBatch & Required<Pick<MergedBatch, 'lossRows' | 'lossLabels'>>;

/** What one backward pass covers: one batch, or shards of it that are computed side by side. */
export type MicroBatch = TrainingBatch | readonly TrainingBatch[];

/**
 * Lays out samples as the tensors of one micro-batch; the caller disposes them. Places for pictures that no sample
 * fills hold zeros: nothing refers to them, so they give zero gradients, as the official dummy picture does (spec 2.5).
 *
 * @throws StageError BAD_BATCH when a sample's pictures do not match its ids, or there are no samples.
 */
export function buildMicroBatch(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  options: MicroBatchOptions,
): BuiltBatch {
  return buildShards(samples, config, options, 1)[0]!;
}

/**
 * {@link buildMicroBatch} in shards of the same shape, which a compiled step computes side by side: with small operations, a
 * thread per shard has more to do than threads inside each operation. Samples are dealt out in turn.
 * @param count shards; fewer when there are fewer samples
 */
export function buildShards(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  options: MicroBatchOptions,
  count: number,
): BuiltBatch[] {
  if (samples.length === 0) {
    throw new StageError(
      'BAD_BATCH',
      'A micro-batch has no samples.',
      'Give every rank at least one sample per micro-batch: raise batchSize or lower accumulation.',
    );
  }
  const measured = measureSamples(samples, config, options.maxLength);
  const longest = Math.max(...measured.map(({ length }) => length));
  const hands = Math.min(count, samples.length);
  // Dealt out like cards.
  const parts = Array.from({ length: hands }, (_, hand) =>
    measured.filter((_, i) => i % hands === hand).map((sample) => [sample]),
  );
  const length = paddedLength(longest, options);
  const images = Math.max(1, Math.ceil((options.images ?? samples.length) / hands));
  return layOut(parts, config, { ...options, length, images });
}

/** The length of rows that hold `longest` positions, see {@link MicroBatchOptions.lengthMultiple}. */
export function paddedLength(
  longest: number,
  { maxLength, lengthMultiple }: Pick<MicroBatchOptions, 'maxLength' | 'lengthMultiple'>,
): number {
  if (!lengthMultiple) return maxLength;
  return Math.min(maxLength, rung(Math.ceil(longest / lengthMultiple)) * lengthMultiple);
}

export function shardsOf(batch: MicroBatch): readonly TrainingBatch[] {
  return Array.isArray(batch) ? (batch as readonly TrainingBatch[]) : [batch as TrainingBatch];
}

/** Releases the tensors of a micro-batch. */
export function disposeMicroBatch(batch: MicroBatch): void {
  tf.dispose(batch as unknown as tf.TensorContainer);
}
