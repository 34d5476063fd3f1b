import type { ProcessGroup } from '@ovis/allreduce';
import { errorFacts, TrainerError, type ErrorFacts } from '../errors.ts';

/** What kept a rank from writing its share of a checkpoint. */
export interface RankFailure extends ErrorFacts {
  rank: number;
}

/** What kept ranks from it, in rank order; none where all have written theirs. All ranks call it. */
export async function gatherFailures(
  group: Pick<ProcessGroup, 'allGatherBytes'>,
  own: unknown,
): Promise<RankFailure[]> {
  const text = own === undefined ? '' : JSON.stringify(errorFacts(own));
  const all = await group.allGatherBytes(Buffer.from(text), { tag: 'checkpoint saved' });
  return [...all.entries()]
    .filter(([, { byteLength }]) => byteLength > 0)
    .map(([rank, bytes]) => ({ rank, ...(JSON.parse(Buffer.from(bytes).toString()) as ErrorFacts) }));
}

/**
 * The error that this rank ends its stage with: its own, unless it only waited in vain for another rank, whose failure says more.
 * @returns undefined when nothing failed
 */
export function failureToTell(
  failures: readonly RankFailure[],
  own: { rank: number; error: unknown },
): unknown {
  const causes = failures.filter(({ code }) => code !== 'INCOMPLETE');
  const [first] = causes.length > 0 ? causes : failures;
  if (first === undefined) return undefined;
  if (own.error !== undefined && (causes.length === 0 || causes.some(({ rank }) => rank === own.rank)))
    return own.error;
  const { rank, message, hint, retryable } = first;
  return new TrainerError('CHECKPOINT_FAILED', `rank ${rank}: ${message}`, hint, retryable);
}
