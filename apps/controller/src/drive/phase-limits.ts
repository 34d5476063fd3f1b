import { StagePhase } from '@ovis/protocol';

/** Below this no silence is suspicious: pauses of the machine, of the storage, of a loaded neighbour. */
const floors: Record<StagePhase, number> = {
  [StagePhase.UNSPECIFIED]: 120_000,
  [StagePhase.LOADING]: 120_000,
  [StagePhase.COMPILING]: 120_000,
  [StagePhase.TRAINING]: 20_000,
  [StagePhase.CHECKPOINTING]: 60_000,
};
/** How many times the usual duration is too long. */
const factor = 10;
/** Durations that are remembered, and the fewest that say anything. */
const kept = 64;
const fewest = 4;

/**
 * Longest silence of a trainer in each phase: ten times what the stage was measured to take, between a floor and the fixed limit that holds
 * before anything was measured.
 */
export class PhaseLimits {
  readonly #fixed: Record<StagePhase, number>;
  readonly #measured = new Map<StagePhase, number[]>();

  constructor(fixed: Record<StagePhase, number>) {
    this.#fixed = fixed;
  }

  /** A step, or a whole phase of another kind, took so long. */
  measured(phase: StagePhase, ms: number): void {
    const durations = this.#measured.get(phase) ?? [];
    durations.push(ms);
    if (durations.length > kept) durations.shift();
    this.#measured.set(phase, durations);
  }

  of(phase: StagePhase): number {
    const fixed = this.#fixed[phase];
    const durations = this.#measured.get(phase) ?? [];
    const enough = phase === StagePhase.TRAINING ? fewest : 1;
    if (durations.length < enough) return fixed;
    const sorted = [...durations].sort((a, b) => a - b);
    const p95 = sorted[Math.min(sorted.length - 1, Math.ceil(0.95 * sorted.length) - 1)] ?? 0;
    return Math.min(fixed, Math.max(floors[phase], factor * p95));
  }
}
