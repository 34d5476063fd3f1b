import type { BadLossSettings } from './bad-loss-settings.ts';
import { digits } from './signatures.ts';

/** What the watch remembers. Plain JSON: part of a checkpoint, the same on every rank. */
export interface LossMemory {
  /** Of the last good steps. */
  losses: number[];
  gradNorms: number[];
  /** Bad steps in a row. */
  inARow: number;
  /** Updates of this stage that were left out. */
  skipped: number;
  /** Times that this stage went back to a checkpoint. */
  rollbacks: number;
}

/** A step whose loss or gradient is no good. */
export interface BadStep {
  /**
   * `skip`: its update was left out. `rollback`: go back to the last checkpoint, and on behind this batch. `wait`: one that explodes, which may pass;
   * nothing is saved meanwhile.
   */
  action: 'skip' | 'wait' | 'rollback' | 'stop';
  /** Loss or norm is no number, rather than too large. */
  notFinite: boolean;
  /** What was seen. */
  message: string;
}

/** Good steps that a median is taken of, and the fewest of them. */
const WINDOW = 64;
const LEAST = 16;
/** A median loss below this is taken for it: many times nearly nothing is still little, nats. */
const SMALL_LOSS = 0.1;

/** Tells good steps from bad ones. Every rank sees the same losses, so every rank decides the same. */
export class LossWatch {
  readonly memory: LossMemory;
  readonly #settings: BadLossSettings;

  constructor(settings: BadLossSettings, memory?: LossMemory) {
    this.#settings = settings;
    this.memory = structuredClone(
      memory ?? { losses: [], gradNorms: [], inARow: 0, skipped: 0, rollbacks: 0 },
    );
  }

  /** Above these, the update is left out. */
  get limits(): { loss: number; gradNorm: number } {
    return this.#settings.policy === 'skip' ? this.#explosion : { loss: Infinity, gradNorm: Infinity };
  }

  /** @returns nothing of a good step */
  judge({ loss, gradNorm }: { loss: number; gradNorm: number }): BadStep | undefined {
    const { memory } = this;
    const { policy, steps, mostSkips, mostRollbacks } = this.#settings;
    const notFinite = !Number.isFinite(loss) || !Number.isFinite(gradNorm);
    const message = notFinite
      ? `the loss is ${loss} and the gradient norm ${gradNorm}`
      : this.#explosionIn({ loss, gradNorm });
    if (message === undefined) {
      remember(memory.losses, loss);
      remember(memory.gradNorms, gradNorm);
      memory.inARow = 0;
      return undefined;
    }
    memory.inARow++;
    const inARow = memory.inARow > 1 ? `, the ${memory.inARow}th bad step in a row` : '';
    const bad = (action: BadStep['action'], why = '') => ({
      action,
      notFinite,
      message: `${message}${inARow}${why}`,
    });
    if (policy === 'skip') {
      memory.skipped++;
      if (memory.inARow <= mostSkips) return bad('skip');
      return bad('stop', `; ${mostSkips} updates were left out for it, which has not helped`);
    }
    if (!notFinite && memory.inARow < steps) return bad('wait');
    if (policy === 'stop') return bad('stop');
    if (memory.rollbacks < mostRollbacks) return bad('rollback');
    return bad('stop', `; the stage has gone back to a checkpoint ${memory.rollbacks} times for the like`);
  }

  get #explosion(): { loss: number; gradNorm: number } {
    const { losses, gradNorms } = this.memory;
    const { lossFactor, gradNormFactor } = this.#settings;
    if (losses.length < LEAST) return { loss: Infinity, gradNorm: Infinity };
    // As the device compares them.
    return {
      loss: Math.fround(lossFactor * Math.max(SMALL_LOSS, median(losses))),
      gradNorm: Math.fround(gradNormFactor * median(gradNorms)),
    };
  }

  #explosionIn({ loss, gradNorm }: { loss: number; gradNorm: number }): string | undefined {
    const limits = this.#explosion;
    const tooMuch = (what: string, value: number, values: number[]) =>
      `${what} is ${digits(value)}, the median of the last good steps ${digits(median(values))}`;
    if (loss > limits.loss) return tooMuch('the loss', loss, this.memory.losses);
    if (gradNorm > limits.gradNorm) return tooMuch('the gradient norm', gradNorm, this.memory.gradNorms);
    return undefined;
  }
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > WINDOW) values.shift();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
