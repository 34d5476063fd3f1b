import type { ProcessGroup } from '@ovis/allreduce';

/** What every rank says, yes or no, in rank order. */
export async function votes(
  group: Pick<ProcessGroup, 'allGatherBytes'>,
  own: boolean,
  tag: string,
): Promise<boolean[]> {
  const all = await group.allGatherBytes(Uint8Array.of(own ? 1 : 0), { tag });
  return all.map(([yes]) => yes === 1);
}
