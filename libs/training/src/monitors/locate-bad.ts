import { readTensor, tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import { computeGradients } from '../compute-gradients.ts';
import type { ExchangeContext } from '../exchange/exchange.ts';
import { TAIL } from '../flat-layout.ts';
import type { GumbelStep } from '../gumbel.ts';
import type { TrainingBatch } from '../micro-batch.ts';

/** Longest text that a rank tells the others, in characters. */
const LONGEST = 240;

/**
 * Where the numbers of a step first are none: in the weights, in a picture, in the loss or in whose gradient. All ranks call it with what they gave
 * the step, whose update was left out, so that it can be computed again.
 * @returns for people; empty when this time everything was finite
 */
export async function locateNotFinite(
  context: ExchangeContext,
  {
    microBatches,
    gumbel,
  }: { microBatches: readonly (readonly TrainingBatch[])[]; gumbel: GumbelStep | null },
  collective: Collective,
): Promise<string> {
  const own = notFiniteWeights(context) ?? notFinitePicture(microBatches);
  const gradients = await notFiniteGradients(context, microBatches, gumbel);
  const texts = await tellAll(collective, [own, gradients].filter((text) => text !== undefined).join('; '));
  return texts
    .map((text, rank) => (text === '' ? '' : `${collective.world > 1 ? `rank ${rank}: ` : ''}${text}`))
    .filter((text) => text !== '')
    .join('. ');
}

/** The first trained parameter that is not finite. */
export function notFiniteWeights({
  layout,
  state,
}: Pick<ExchangeContext, 'layout' | 'state'>): string | undefined {
  for (const [i, { slices }] of layout.buckets.entries()) {
    const bad = readTensor(state[i]!.weights, (values) =>
      slices.find(({ offset, size }) => !allFinite((values as Float32Array).subarray(offset, offset + size))),
    );
    if (bad) return `the weights of ${bad.name} are not finite`;
  }
  return undefined;
}

function notFinitePicture(microBatches: readonly (readonly TrainingBatch[])[]): string | undefined {
  for (const [micro, shards] of microBatches.entries()) {
    for (const [shard, { pixelValues: pixels }] of shards.entries()) {
      const [images, ...shape] = pixels.shape;
      const size = shape.reduce((product, side) => product * side, 1);
      // Adaptive pictures mark quarters that they do not have with +inf.
      const picture = readTensor(pixels, (values) =>
        Array.from({ length: images }, (_, i) => i).find((i) =>
          (values as Float32Array).subarray(i * size, (i + 1) * size).some((x) => !(x > -Infinity)),
        ),
      );
      if (picture !== undefined)
        return `picture ${picture + 1} of micro-batch ${micro + 1}${shards.length > 1 ? `, shard ${shard + 1},` : ''} has pixels that are no numbers`;
    }
  }
  return undefined;
}

async function notFiniteGradients(
  context: ExchangeContext,
  microBatches: readonly (readonly TrainingBatch[])[],
  gumbel: GumbelStep | null,
): Promise<string | undefined> {
  const { layout } = context;
  const found: string[] = [];
  let loss = 0;
  let count = 0;
  const buckets: tf.Tensor1D[] = [];
  try {
    await computeGradients(context, microBatches, gumbel, (bucket) => buckets.push(bucket));
    for (const [i, bucket] of buckets.entries()) {
      const { slices, size } = layout.buckets[i]!;
      const values = await bucket.data<'float32'>();
      count += slices.length;
      for (const { name, offset, size: length } of slices)
        if (!allFinite(values.subarray(offset, offset + length))) found.push(name);
      loss = values[size + TAIL.loss]!;
    }
  } finally {
    tf.dispose(buckets);
  }
  if (found.length > 0)
    return `the loss is ${Number.isFinite(loss) ? 'finite' : String(loss)}; of ${count} gradients ${found.length} are not finite, in the backward pass first that of ${found[0]}`;
  return Number.isFinite(loss) ? undefined : `the loss is ${loss}`;
}

/** What each rank has to say, by rank. */
async function tellAll(collective: Collective, text: string): Promise<string[]> {
  if (collective.world === 1) return [text];
  const own = new Float32Array(LONGEST);
  [...text.slice(0, LONGEST)].forEach((character, i) => (own[i] = character.codePointAt(0)!));
  const all = new Float32Array(LONGEST * collective.world);
  await collective.allGather(own, all, { tag: 'what is not finite' });
  return Array.from({ length: collective.world }, (_, rank) =>
    String.fromCodePoint(...all.subarray(rank * LONGEST, (rank + 1) * LONGEST)).replaceAll('\0', ''),
  );
}

function allFinite(values: Float32Array): boolean {
  // A sum is not finite when one of its terms is not: no branch per number.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}
