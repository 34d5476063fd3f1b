import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import type { RunConfig, StageNumber } from '@ovis/config';
import { gangWish } from '../gang-wish.ts';
import type { Gang, GangMember } from '../types.ts';
import { acquireGang, releaseGang } from './activities.ts';

/**
 * The trainers of one job (a stage or the evaluation) over its generations: what is held stays held between them, so that nobody else
 * takes the survivors, until `release`.
 */
export class HeldGang {
  readonly #o: { runId: string; stage: StageNumber | 'evaluation'; config: RunConfig; submittedAt: number };
  readonly #gangId: string;
  readonly #everyone = new Map<string, GangMember>();
  #gang: Gang | undefined;
  /** The last that was asked for, whether it came or not. */
  #generation = 0;

  constructor(
    o: { runId: string; stage: StageNumber | 'evaluation'; config: RunConfig; submittedAt: number },
    held?: Gang,
  ) {
    this.#o = o;
    // The first execution's own id keeps generations of a resumed run apart from those of the run before. Its end is random; it begins with
    // the time, in pieces of a minute.
    const execution = workflowInfo().firstExecutionRunId.slice(-12);
    this.#gangId = `${o.runId}/${o.stage === 'evaluation' ? o.stage : `stage-${o.stage}`}/${execution}`;
    if (held !== undefined) this.#take(held);
  }

  /** The gang of the last generation; undefined when none is held. */
  get gang(): Gang | undefined {
    return this.#gang;
  }

  /** All of the trainers wanted or none; survivors of the generation before keep their ranks. */
  async acquire(generation: number, lost: string[] = []): Promise<Gang> {
    const { runId, stage, config, submittedAt } = this.#o;
    this.#generation = generation;
    return this.#take(
      await acquireGang({
        ...gangWish(config, submittedAt),
        runId,
        stage,
        gangId: this.#gangId,
        generation,
        previous: this.#gang?.trainers,
        lost,
      }),
    );
  }

  /** Gives everything back, whatever happens, cancellation included. */
  async release(reason: string): Promise<void> {
    if (this.#generation === 0) return;
    const generation = this.#generation;
    await CancellationScope.nonCancellable(async () => {
      try {
        await releaseGang({
          gangId: this.#gangId,
          generation,
          trainers: [...this.#everyone.values()],
          reason,
        });
      } catch (error) {
        // The controller takes trainers back by itself once nobody speaks for them.
        log.warn('the gang was not released', { gangId: this.#gangId, error: String(error) });
      }
    });
    this.#everyone.clear();
    this.#gang = undefined;
    this.#generation = 0;
  }

  #take(gang: Gang): Gang {
    this.#gang = gang;
    this.#generation = gang.generation;
    for (const member of gang.trainers) this.#everyone.set(member.trainerId, member);
    return gang;
  }
}
