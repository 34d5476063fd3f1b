import { lanesOf } from '@ovis/webdataset';

/**
 * Numbers of a rank's samples in the step's global batch, in the order in which the rank reads them: micro-batch after micro-batch, lane after
 * lane. The numbers of a sample are the same for every number of trainers.
 * @param o.batchSize samples per step over all ranks, a multiple of lanes x accumulation
 */
export function globalOrder(o: {
  rank: number;
  world: number;
  lanes: number;
  batchSize: number;
  accumulation: number;
}): number[] {
  const share = o.batchSize / o.accumulation / o.lanes;
  return Array.from({ length: o.accumulation }, (_, micro) =>
    lanesOf(o.rank, o.world, o.lanes).flatMap((lane) =>
      Array.from({ length: share }, (_, i) => (micro * o.lanes + lane) * share + i),
    ),
  ).flat();
}
