import { StagePhase, type StageEvent } from '@ovis/protocol';
import type { Gang, GangMember, StageHeartbeat, TrainerProgress } from '@ovis/workflows';
import { phaseNames } from './drive-times.ts';

interface MemberState {
  member: GangMember;
  phase: StagePhase;
  lastEvent: number;
  over: boolean;
}

/** What a gang does at this moment, put together from the events of its trainers. Losses are rank 0's. */
export class GangProgress {
  readonly #gang: Gang;
  readonly #now: () => number;
  readonly #members: MemberState[];
  #step = 0;
  #totalSteps: number;
  #loss: number | undefined;
  #imagesPerSecond: number | undefined;
  #checkpoint: string | undefined;

  constructor(gang: Gang, o: { totalSteps: number; now?: () => number }) {
    this.#gang = gang;
    this.#totalSteps = o.totalSteps;
    this.#now = o.now ?? (() => performance.now());
    this.#members = gang.trainers.map((member) => ({
      member,
      phase: StagePhase.UNSPECIFIED,
      lastEvent: this.#now(),
      over: false,
    }));
  }

  /** Returns true for a milestone: something that does not happen at every step. */
  apply(rank: number, event: StageEvent): boolean {
    const state = this.#members[rank];
    if (state === undefined) return false;
    state.lastEvent = this.#now();
    switch (event.event) {
      case 'started':
        this.#totalSteps = event.started.stepsTotal || this.#totalSteps;
        this.#step = Math.max(this.#step, event.started.firstStep);
        return rank === 0;
      case 'phase': {
        const changed = state.phase !== event.phase.phase;
        state.phase = event.phase.phase;
        return changed;
      }
      case 'step': {
        const first = state.phase !== StagePhase.TRAINING;
        state.phase = StagePhase.TRAINING;
        if (rank === 0) {
          this.#step = event.step.step;
          this.#loss = event.step.loss;
          this.#imagesPerSecond = event.step.imagesPerS;
        }
        return first;
      }
      case 'checkpoint':
        this.#checkpoint = event.checkpoint.url;
        return true;
      case 'done':
        if (event.done.checkpointUrl !== '') this.#checkpoint = event.done.checkpointUrl;
        state.over = true;
        return true;
      case 'failed':
        state.over = true;
        return true;
      default:
        return false;
    }
  }

  /** The trainer that has been silent for longer than its phase allows. */
  stalled(
    silence: Record<StagePhase, number>,
  ): { member: GangMember; phase: string; silentMs: number } | undefined {
    const late = this.#members
      .map((state) => ({ state, silentMs: this.#now() - state.lastEvent }))
      .filter(({ state, silentMs }) => !state.over && silentMs > silence[state.phase])
      .sort((a, b) => b.silentMs - a.silentMs)[0];
    return (
      late && { member: late.state.member, phase: phaseNames[late.state.phase], silentMs: late.silentMs }
    );
  }

  trainers(): TrainerProgress[] {
    return this.#members.map(({ member, phase, over }) => ({
      trainerId: member.trainerId,
      rank: member.rank,
      state: over ? 'finished' : phaseNames[phase],
    }));
  }

  heartbeat(): StageHeartbeat {
    return {
      gangId: this.#gang.gangId,
      generation: this.#gang.generation,
      step: this.#step,
      totalSteps: this.#totalSteps,
      loss: this.#loss,
      imagesPerSecond: this.#imagesPerSecond,
      checkpoint: this.#checkpoint,
      trainers: this.trainers(),
    };
  }
}
