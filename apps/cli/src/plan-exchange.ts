import type { RunConfig } from '@ovis/config';

/** What the trainers of a run exchange while they train, for people; undefined when there is one trainer. */
export function exchangeLine({ gang, stages }: Pick<RunConfig, 'gang' | 'stages'>): string | undefined {
  const { trainers, sites, localSteps, shardOptimizer, gradientBucketMb } = gang;
  if (trainers === 1) return undefined;
  const kinds = new Set(stages.map(({ gradientCompression }) => gradientCompression));
  const each = stages.map(({ stage, gradientCompression }) => `${gradientCompression} in stage ${stage}`);
  const [only] = kinds;
  const form = kinds.size > 1 ? each.join(', ') : only === 'none' ? 'not compressed' : `as ${only}`;
  if (localSteps > 1 && sites > 1) {
    const each = trainers / sites;
    return (
      `${sites} sites of ${each} trainer${each === 1 ? '' : 's'} average their weights every ${localSteps} steps (${form}), ` +
      `outer rate ${gang.outerLearningRate}, momentum ${gang.outerMomentum}`
    );
  }
  const optimizer = shardOptimizer ? '; each keeps its part of the optimizer' : '';
  return `gradients in every step, in buckets of ${gradientBucketMb} MB, ${form}${optimizer}`;
}
