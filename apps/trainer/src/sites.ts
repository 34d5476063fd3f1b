import { ProcessGroup, type CollectiveListener } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import type { RunStageRequest } from '@ovis/protocol';
import { soloCollective, type SiteCollectives } from '@ovis/training';

/** The groups inside a gang whose sites take local steps. */
export interface Sites extends SiteCollectives {
  readonly count: number;
  /** The group of the trainers of this site, when they are several. */
  readonly inside: ProcessGroup | undefined;
  abort(reason: Error): void;
  close(): Promise<void>;
}

/** What others may do with the groups of a stage: end them, and see what the gang's has done. */
export type StageGroups = Pick<ProcessGroup, 'abort' | 'flightRecord'>;

/**
 * How many sites a gang of `world` trainers has: their size is that of the run file. A gang that came out too small for that has none of several
 * trainers: each is one.
 */
export function siteCount({ trainers, sites, localSteps }: RunConfig['gang'], world: number): number {
  if ((localSteps ?? 1) === 1) return 1;
  const size = trainers / sites;
  return world % size === 0 ? world / size : world;
}

/**
 * Joins the groups of this rank's site and of its place in all sites. All ranks of the gang call it.
 * @returns undefined when the gang trains as one
 */
export async function joinSites(
  gang: RunConfig['gang'],
  request: Pick<RunStageRequest, 'gangId' | 'generation' | 'rank' | 'world' | 'collectiveAddresses'>,
  all: ProcessGroup,
  listener: CollectiveListener,
): Promise<Sites | undefined> {
  const { gangId, generation, rank, world, collectiveAddresses } = request;
  const count = siteCount(gang, world);
  if (count === 1) return undefined;
  const size = world / count;
  const [site, place] = [Math.floor(rank / size), rank % size];
  const join = (name: string, ranks: readonly number[]) =>
    ProcessGroup.join({
      groupId: `${gangId}/${name}`,
      generation,
      rank: ranks.indexOf(rank),
      world: ranks.length,
      addresses: ranks.map((r) => collectiveAddresses[r] as string),
      listener,
    });
  const own: ProcessGroup[] = [];
  const close = async () => void (await Promise.all(own.map((group) => group.close())));
  try {
    if (size > 1) {
      own.push(
        await join(
          `site ${site}`,
          range(size, (i) => site * size + i),
        ),
      );
      own.push(
        await join(
          `place ${place}`,
          range(count, (i) => i * size + place),
        ),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    count,
    inside: own[0],
    site: own[0] ?? soloCollective,
    between: own[1] ?? all,
    abort: (reason) => own.forEach((group) => group.abort(reason)),
    close,
  };
}

function range(length: number, of: (index: number) => number): number[] {
  return Array.from({ length }, (_, i) => of(i));
}
