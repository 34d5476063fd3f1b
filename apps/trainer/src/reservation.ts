import { RequestError } from '@ovis/protocol';

/** A gang of a run, in one of its generations. */
export interface GangClaim {
  runId: string;
  gangId: string;
  generation: number;
}

/**
 * Which gang this trainer is kept for. The trainer has the last word: whatever controllers believe, it never belongs to two gangs, and
 * what it reports is what a new controller goes by.
 */
export class Reservation {
  readonly #trainerId: string;
  #claim: GangClaim | undefined;

  constructor(trainerId: string) {
    this.#trainerId = trainerId;
  }

  get claim(): GangClaim | undefined {
    return this.#claim;
  }

  /** @throws RequestError ALREADY_EXISTS for another gang, STALE_GENERATION for an older generation of the same */
  take({ runId, gangId, generation }: GangClaim): void {
    const now = this.#claim;
    if (now !== undefined && now.gangId !== gangId)
      throw new RequestError(
        'ALREADY_EXISTS',
        `trainer ${this.#trainerId} is kept for run ${now.runId}, gang ${now.gangId}`,
        'Take another trainer, or release that gang.',
      );
    if (now !== undefined && generation < now.generation) throw stale(this.#trainerId, now, generation);
    this.#claim = { runId, gangId, generation };
  }

  /** @throws RequestError NOT_RESERVED, STALE_GENERATION */
  check(gangId: string, generation?: number): void {
    const now = this.#claim;
    if (now?.gangId !== gangId)
      throw new RequestError(
        'NOT_RESERVED',
        `trainer ${this.#trainerId} is not kept for gang ${gangId} but for ${now === undefined ? 'none' : now.gangId}`,
        'Reserve it first: it may have been started anew since.',
      );
    if (generation !== undefined && generation < now.generation)
      throw stale(this.#trainerId, now, generation);
  }

  /** Is it this gang's, in that generation or an earlier one? */
  covers(gangId: string, generation: number): boolean {
    return this.#claim?.gangId === gangId && this.#claim.generation <= generation;
  }

  drop(): void {
    this.#claim = undefined;
  }
}

function stale(trainerId: string, now: GangClaim, generation: number): RequestError {
  return new RequestError(
    'STALE_GENERATION',
    `trainer ${trainerId} is in generation ${now.generation} of gang ${now.gangId}, generation ${generation} is over`,
    'Nothing to do: the later generation goes on.',
  );
}
