import { tf } from '@ovis/tensorflow';
import { ALIGNMENT } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import type { GumbelStep } from './gumbel.ts';
import type { TrainingBatch } from './micro-batch.ts';
import type { StepFunctions } from './step-functions.ts';

/**
 * The gradients of a step's micro-batches, added up. Those of the last one come out bucket by bucket while its backward pass still runs.
 * @param take is given each bucket `[bucket.size + ALIGNMENT]`, in order, and owns it, also when this throws later
 */
export async function computeGradients(
  { functions: { gradient }, layout }: { functions: StepFunctions; layout: FlatLayout },
  microBatches: readonly (readonly TrainingBatch[])[],
  gumbel: GumbelStep | null,
  take: (bucket: tf.Tensor1D, index: number) => void,
): Promise<void> {
  // With several micro-batches all take the form with sums, so that only one is traced.
  let sums =
    microBatches.length > 1
      ? layout.buckets.map(({ size }) => tf.zeros<tf.Rank.R1>([size + ALIGNMENT]))
      : null;
  try {
    for (const [i, shards] of microBatches.entries()) {
      const last = i === microBatches.length - 1;
      const { emitted, result } = gradient.start(shards, sums, gumbel);
      const made: tf.Tensor1D[] = [];
      let count = 0;
      try {
        for await (const bucket of emitted) {
          if (last) take(bucket as tf.Tensor1D, count++);
          else made.push(bucket as tf.Tensor1D);
        }
        await result;
      } finally {
        tf.dispose(sums ?? []);
        sums = made;
      }
    }
  } finally {
    tf.dispose(sums ?? []);
  }
}
