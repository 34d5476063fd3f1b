import { StagePhase, type StageEvent } from '@ovis/protocol';
import type { Gang, GangMember, StageHeartbeat, TrainerProgress } from '@ovis/workflows';
import { phaseNames } from './drive-times.ts';
import type { PhaseLimits } from './phase-limits.ts';
import { Stragglers } from './stragglers.ts';

interface MemberState {
  member: GangMember;
  phase: StagePhase;
  phaseSince: number;
  lastEvent: number;
  over: boolean;
}

/** What a gang does at this moment, put together from the events of its trainers. Losses are rank 0's. */
export class GangProgress {
  readonly #gang: Gang;
  readonly #now: () => number;
  readonly #members: MemberState[];
  readonly #limits: PhaseLimits;
  readonly #stragglers: Stragglers;
  readonly #onSlow: (message: string) => void;
  /** Since when all ranks train. */
  #trainingSince: number | undefined;
  #step: number;
  #totalSteps: number;
  #loss: number | undefined;
  #imagesPerSecond: number | undefined;
  #checkpoint: string | undefined;
  /** What goes wrong in the training, by signature. */
  readonly #warnings = new Map<string, string>();
  #warned = false;

  constructor(
    gang: Gang,
    o: {
      totalSteps: number;
      step: number;
      limits: PhaseLimits;
      /** Told when a trainer has become slow, or is no longer. */
      onSlow?: (message: string) => void;
      now?: () => number;
    },
  ) {
    this.#gang = gang;
    this.#step = o.step;
    this.#limits = o.limits;
    this.#onSlow = o.onSlow ?? (() => {});
    this.#stragglers = new Stragglers(gang.trainers.length);
    this.#totalSteps = o.totalSteps;
    this.#now = o.now ?? (() => performance.now());
    this.#members = gang.trainers.map((member) => ({
      member,
      phase: StagePhase.UNSPECIFIED,
      phaseSince: this.#now(),
      lastEvent: this.#now(),
      over: false,
    }));
  }

  /** Returns true for a milestone: something that does not happen at every step. */
  apply(rank: number, event: StageEvent): boolean {
    const state = this.#members[rank];
    if (state === undefined) return false;
    const sinceLast = this.#now() - state.lastEvent;
    state.lastEvent = this.#now();
    switch (event.event) {
      case 'started':
        this.#totalSteps = event.started.stepsTotal || this.#totalSteps;
        this.#step = Math.max(this.#step, event.started.firstStep);
        return rank === 0;
      case 'phase': {
        const changed = state.phase !== event.phase.phase;
        if (changed) this.#enter(state, event.phase.phase);
        return changed;
      }
      case 'step': {
        const first = state.phase !== StagePhase.TRAINING;
        if (first) this.#enter(state, StagePhase.TRAINING);
        else this.#limits.measured(StagePhase.TRAINING, sinceLast);
        const { step, computeMs, dataMs } = event.step;
        const name = (of: number) => this.#gang.trainers[of]?.trainerId ?? `rank ${of}`;
        const slow = this.#stragglers.add(rank, step, computeMs + dataMs, name);
        if (slow !== undefined) this.#onSlow(slow);
        if (rank === 0) {
          this.#step = event.step.step;
          this.#loss = event.step.loss;
          this.#imagesPerSecond = event.step.imagesPerS;
        }
        return first;
      }
      case 'warning': {
        const { signature, message, over } = event.warning;
        if (rank !== 0) return false;
        this.#warned = true;
        if (over) this.#warnings.delete(signature);
        else this.#warnings.set(signature, `${signature}: ${message}`);
        return true;
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
  stalled(): { member: GangMember; phase: string; silentMs: number } | undefined {
    const late = this.#members
      .map((state) => ({ state, silentMs: this.#now() - state.lastEvent }))
      .filter(({ state, silentMs }) => !state.over && silentMs > this.#limits.of(state.phase))
      .sort((a, b) => b.silentMs - a.silentMs)[0];
    return (
      late && { member: late.state.member, phase: phaseNames[late.state.phase], silentMs: late.silentMs }
    );
  }

  /** Ranks that have said how they ended. */
  get spoke(): Set<number> {
    return new Set(this.#members.filter(({ over }) => over).map(({ member }) => member.rank));
  }

  /** How long all ranks have been training, in ms; 0 while one of them does something else. */
  get trainingMs(): number {
    return this.#trainingSince === undefined ? 0 : this.#now() - this.#trainingSince;
  }

  get step(): number {
    return this.#step;
  }

  #enter(state: MemberState, phase: StagePhase): void {
    const now = this.#now();
    if (state.phase !== StagePhase.UNSPECIFIED && state.phase !== StagePhase.TRAINING)
      this.#limits.measured(state.phase, now - state.phaseSince);
    state.phase = phase;
    state.phaseSince = now;
    const all = this.#members.every((member) => member.phase === StagePhase.TRAINING);
    if (all) this.#trainingSince ??= now;
  }

  trainers(): TrainerProgress[] {
    return this.#members.map(({ member, phase, over }) => ({
      trainerId: member.trainerId,
      rank: member.rank,
      state: over ? 'finished' : phaseNames[phase],
      straggler: Math.round(100 * this.#stragglers.score(member.rank)) / 100 || undefined,
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
      ...(this.#warned && { warnings: [...this.#warnings.values()] }),
    };
  }
}
