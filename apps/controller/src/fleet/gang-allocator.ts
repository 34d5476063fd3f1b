import { TrainerState } from '@ovis/protocol';
import type { AcquireGangInput, Gang, GangMember, GangWish } from '@ovis/workflows';
import type { GangQueue, WaitingGang } from './gang-queue.ts';
import { describeRequirements, meets } from './requirements.ts';
import type { TrainerEntry, TrainerRegistry } from './trainer-registry.ts';

/** What the allocator goes by. */
export interface Fleet {
  registry: TrainerRegistry;
  queue: GangQueue;
}

/** Whom a gang may have now. */
export interface Candidates {
  /** Kept from the generation before, by rank. */
  survivors: Map<number, TrainerEntry>;
  /** Free ones that no gang ahead in the queue waits for. */
  free: TrainerEntry[];
}

export function candidatesFor(input: AcquireGangInput, { registry, queue }: Fleet): Candidates {
  const survivors = survivorsOf(input, registry);
  const members = new Set(survivors.values());
  // Reserved by an attempt that did not come to its end.
  const own = registry
    .heldBy(input.gangId)
    .filter((entry) => !members.has(entry) && entry.heartbeat?.state === TrainerState.IDLE);
  const withheld = new Set(queue.aheadOf(input).flatMap((ahead) => withheldFor(ahead, registry)));
  const free = registry.free().filter((entry) => !withheld.has(entry));
  const fitting = [...own, ...free].filter(({ registration: { trainerId }, ...entry }) => {
    return !input.lost?.includes(trainerId) || entry.lease === undefined;
  });
  return { survivors, free: fitting.filter(({ registration }) => meets(registration, input.require)) };
}

/** Members of the generation before that the gang still holds, by their rank. */
function survivorsOf(
  { gangId, previous = [], lost = [] }: AcquireGangInput,
  registry: TrainerRegistry,
): Map<number, TrainerEntry> {
  const held = new Map(registry.heldBy(gangId).map((entry) => [entry.registration.trainerId, entry]));
  return new Map(
    previous.flatMap(({ trainerId, rank }): [number, TrainerEntry][] => {
      const entry = held.get(trainerId);
      return entry === undefined || lost.includes(trainerId) ? [] : [[rank, entry]];
    }),
  );
}

/** The free trainers that a waiting gang has a right to: those behind it must not take them, or it might wait for ever. */
function withheldFor({ input }: WaitingGang, registry: TrainerRegistry): TrainerEntry[] {
  const missing = input.trainers - survivorsOf(input, registry).size;
  return registry
    .free()
    .filter((entry) => meets(entry.registration, input.require))
    .slice(0, Math.max(0, missing));
}

/**
 * The trainers of the next generation by rank, or undefined: the gang waits.
 * @param o.fewer take less than all of them, down to the minimum
 */
export function chooseGang(
  input: AcquireGangInput,
  fleet: Fleet,
  o: { fewer: boolean },
): TrainerEntry[] | undefined {
  const { survivors, free } = candidatesFor(input, fleet);
  const most = survivors.size + free.length - owed(input, survivors.size, fleet);
  const size = largestSize(Math.max(most, 0), input);
  if (size === undefined || (size < input.trainers && !o.fewer)) return undefined;
  return seats(size, survivors, free);
}

/** Survivors keep their ranks, so that a gang of the same size computes as before; the others fill the gaps. */
function seats(size: number, survivors: Map<number, TrainerEntry>, free: TrainerEntry[]): TrainerEntry[] {
  const moved = [...survivors].filter(([rank]) => rank >= size).map(([, entry]) => entry);
  const others = [...moved, ...free];
  return Array.from({ length: size }, (_, rank) => survivors.get(rank) ?? others.shift()).filter(
    (entry) => entry !== undefined,
  );
}

/** Trainers that an elastic gang of this size has to give back to a waiting gang of higher priority. */
function owed(wish: GangWish & { gangId: string }, size: number, { registry, queue }: Fleet): number {
  if (size <= wish.minTrainers) return 0;
  const first = queue.aheadOf(wish).find(({ input }) => input.priority > wish.priority);
  if (first === undefined) return 0;
  const lacks =
    first.input.minTrainers - survivorsOf(first.input, registry).size - withheldFor(first, registry).length;
  return lacks > 0 && size - lacks >= wish.minTrainers ? lacks : 0;
}

/** Why a gang at work should form anew in another size; undefined when it should not. */
export function regroupReason(
  wish: GangWish & Pick<AcquireGangInput, 'gangId' | 'runId' | 'stage' | 'generation'>,
  members: readonly GangMember[],
  fleet: Fleet,
): string | undefined {
  const size = members.length;
  const back = owed(wish, size, fleet);
  if (back > 0) return `a run of higher priority needs ${back} of its ${size} trainers`;
  const { free } = candidatesFor({ ...wish, previous: [...members] }, fleet);
  const larger = largestSize(size + free.length, wish);
  return larger !== undefined && larger > size
    ? `${larger - size} more trainers are there, it goes on with ${larger}`
    : undefined;
}

/** The largest gang that fits: enough of them, with equal parts of the batch. */
export function largestSize(count: number, o: GangWish): number | undefined {
  for (let size = Math.min(count, o.trainers); size >= o.minTrainers; size--) if (fits(size, o)) return size;
  return undefined;
}

function fits(size: number, o: GangWish): boolean {
  return size >= o.minTrainers && size <= o.trainers && size > 0 && o.lanes % size === 0;
}

export function gangFrom(entries: TrainerEntry[], o: { gangId: string; generation: number }): Gang {
  return {
    gangId: o.gangId,
    generation: o.generation,
    trainers: entries.map(({ registration }, rank) => ({
      trainerId: registration.trainerId,
      rank,
      grpcAddress: registration.grpcAddress,
      collectiveAddress: registration.collectiveAddress,
    })),
  };
}

/** Could the gang form if nobody else had work? Then it only has to wait its turn. */
export function enoughInFleet(input: AcquireGangInput, registry: TrainerRegistry): boolean {
  const alive = registry.alive().filter(({ registration, heartbeat }) => {
    return heartbeat?.state !== TrainerState.DRAINING && meets(registration, input.require);
  });
  return largestSize(alive.length, input) !== undefined;
}

/** `needs 2 trainers, 1 alive: trainer-1 (idle)`: why no gang can form, with what each known trainer does. */
export function explainShortage(registry: TrainerRegistry, o: AcquireGangInput): string {
  const needs = o.minTrainers < o.trainers ? `at least ${o.minTrainers} of ${o.trainers}` : `${o.trainers}`;
  const known = registry.list();
  const alive = known.filter((entry) => registry.isAlive(entry.registration.trainerId));
  const each = known
    .map((entry) => `${entry.registration.trainerId} (${doing(registry, entry, o)})`)
    .join(', ');
  const which = describeRequirements(o.require);
  return `needs ${needs} trainers${which}, ${alive.length} alive${each === '' ? '' : `: ${each}`}`;
}

function doing(registry: TrainerRegistry, entry: TrainerEntry, o: AcquireGangInput): string {
  if (!registry.isAlive(entry.registration.trainerId)) {
    return `lost ${Math.round(registry.silentMs(entry) / 1000)} s ago`;
  }
  if (entry.heartbeat?.state === TrainerState.DRAINING) return 'draining';
  const { gangId = '', runId = '' } = entry.lease ?? entry.heartbeat ?? {};
  if (gangId === o.gangId) return 'kept for this run';
  if (runId !== '') return `busy with ${runId}`;
  if (entry.heartbeat === undefined) return 'starting';
  if (!meets(entry.registration, o.require)) return 'does not meet gang.require';
  return 'idle';
}
