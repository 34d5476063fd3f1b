import type { OvisConfig, Params } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import { diverged, notFiniteWeightsError } from '../errors.ts';
import type { StageError } from '../errors.ts';
import type { ExchangeContext } from '../exchange/exchange.ts';
import type { GumbelStep } from '../gumbel.ts';
import type { HostTensors, StoredTensors } from '../host-tensors.ts';
import type { TrainingBatch } from '../micro-batch.ts';
import type { StepResult } from '../stage-trainer-types.ts';
import type { StatePieces } from '../state-pieces.ts';
import type { MonitorsState } from '../trainer-state.ts';
import { badLossDefaults } from '../settings-from-config.ts';
import { locateNotFinite, notFiniteWeights } from './locate-bad.ts';
import { judge } from './episodes.ts';
import { HeldOutLoss } from './held-out.ts';
import { LossWatch } from './loss-watch.ts';
import type { BadStep } from './loss-watch.ts';
import { heldOutSignatures } from './signatures.ts';
import type { HeldOutStatistics } from './signatures.ts';
import { StageMonitor } from './stage-monitor.ts';
import type { Measurement } from './stage-monitor.ts';
import type { StageWarning } from './stage-statistics.ts';
import { WORD_USAGE } from './word-usage.ts';

export interface StageWatchOptions {
  context: ExchangeContext;
  config: OvisConfig;
  /** The model as it is, called inside `compile`. */
  params: () => Params;
  /** Tensors and memory of a checkpoint. */
  stored?: StoredTensors;
  state?: MonitorsState;
}

/** A step's batches, as the exchange takes them. */
export interface WatchedWork {
  microBatches: readonly (readonly TrainingBatch[])[];
  gumbel: GumbelStep | null;
}

/** What an evaluation of held-out samples brought. */
export interface HeldOutReport extends HeldOutStatistics {
  warnings: StageWarning[];
  ms: number;
}

/** All that watches a trainer's steps: the visual tokens, and whether losses are any good. The same on every rank. */
export class StageWatch {
  readonly #context: ExchangeContext;
  readonly #monitor: StageMonitor | undefined;
  readonly #losses: LossWatch;
  /** Without settings a loss that explodes is none of its business. */
  readonly #judgesSize: boolean;
  readonly #makeHeldOut: () => HeldOutLoss;
  #heldOut: HeldOutLoss | undefined;

  constructor({ context, config, params, stored, state }: StageWatchOptions) {
    const { monitor, badLoss, totalSteps } = context.settings;
    this.#context = context;
    this.#judgesSize = badLoss !== undefined;
    this.#makeHeldOut = () => new HeldOutLoss(config, params);
    this.#losses = new LossWatch(badLoss ?? badLossDefaults, state?.losses);
    if (monitor) {
      const { episodes } = state ?? {};
      this.#monitor = new StageMonitor({ config, params, settings: monitor, totalSteps, stored, episodes });
    }
  }

  /** What an update must not be above. */
  get limits() {
    return this.#losses.limits;
  }

  /** In front of step `step` (from 1), on all ranks. */
  async before(step: number, work: WatchedWork, collective: Collective): Promise<Measurement | undefined> {
    if (!this.#monitor?.due(step)) return undefined;
    return this.#monitor.measure(work.microBatches[0]?.[0], collective);
  }

  /** The step is done. */
  after(
    step: number,
    measurement: Measurement | undefined,
    outcome: { loss: number; gradNorm: number },
  ): Pick<StepResult, 'statistics' | 'warnings' | 'bad'> {
    const finite = Number.isFinite(outcome.loss + outcome.gradNorm);
    const bad = this.#judgesSize || !finite ? this.#losses.judge(outcome) : undefined;
    const seen = measurement && this.#monitor?.observe(step, measurement);
    return { ...(bad && { bad }), ...seen };
  }

  /** The loss on held-out samples behind step `step`, beside the mean of the last good steps. All ranks call it. */
  async heldOut(
    step: number,
    batches: readonly (readonly TrainingBatch[])[],
    collective: Collective,
  ): Promise<HeldOutReport> {
    const began = performance.now();
    this.#heldOut ??= this.#makeHeldOut();
    const heldOutLoss = await this.#heldOut.evaluate(batches, collective);
    const { losses } = this.#losses.memory;
    const trainLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const statistics = { step, heldOutLoss, trainLoss, gap: heldOutLoss - trainLoss };
    const { monitor, totalSteps } = this.#context.settings;
    const judged = monitor && this.#monitor && step > monitor.warmupRatio * totalSteps;
    const warnings = judged ? judge(this.#monitor!.episodes, heldOutSignatures, statistics, monitor) : [];
    return { ...statistics, warnings, ms: performance.now() - began };
  }

  /** Says of a bad step where it was first no number, on all ranks. */
  async locate(bad: BadStep, work: WatchedWork, collective: Collective): Promise<BadStep> {
    if (!bad.notFinite) return bad;
    const where = await locateNotFinite(this.#context, work, collective);
    return where === '' ? bad : { ...bad, message: `${bad.message} (${where})` };
  }

  /** The end of a stage that cannot go on. */
  ending(bad: BadStep, step: number, rate: number): StageError {
    const { settings } = this.#context;
    return diverged(settings, { step, rate, notFinite: bad.notFinite, what: bad.message });
  }

  /** Whether the trained weights of all ranks can be saved; the error if not. All ranks call it. */
  async weightsError(step: number, collective: Collective): Promise<StageError | undefined> {
    const { settings, state } = this.#context;
    // Too large for the sum of their squares is too large for a model.
    const sums = state.map(({ weights }) => tf.tidy(() => tf.sum(tf.square(weights)) as tf.Scalar));
    const values = await Promise.all(sums.map((sum) => sum.data<'float32'>()));
    tf.dispose(sums);
    const bad = values.some(([sum]) => !Number.isFinite(sum));
    const ranks = Float32Array.of(bad ? 1 : 0);
    if (collective.world > 1) await collective.allReduce(ranks, { tag: 'weights are finite' });
    if (ranks[0] === 0) return undefined;
    const where = bad
      ? (notFiniteWeights(this.#context) ?? 'the weights are too large')
      : 'those of other ranks are not finite';
    return notFiniteWeightsError(settings, step, where);
  }

  /** Part of the trainer's state. */
  get state(): MonitorsState | undefined {
    const losses = this.#judgesSize && { losses: structuredClone(this.#losses.memory) };
    const episodes = this.#monitor && { episodes: structuredClone(this.#monitor.episodes) };
    return losses || episodes ? { ...losses, ...episodes } : undefined;
  }

  /** Tensors that belong to the optimizer's in a checkpoint. */
  get tensors(): HostTensors {
    return this.#monitor ? { [WORD_USAGE]: this.#monitor.usage.tensor } : {};
  }

  /** The state's pieces, with {@link tensors} among them. */
  withPieces({ pieces, read }: StatePieces): StatePieces {
    const usage = this.#monitor?.usage;
    if (!usage) return { pieces, read };
    const { length } = usage.view;
    return {
      pieces: [...pieces, { name: WORD_USAGE, shape: [length], kind: 'moment' }],
      read(requests) {
        read(requests.filter(({ name }) => name !== WORD_USAGE));
        for (const { name, begin, target } of requests) {
          if (name !== WORD_USAGE) continue;
          const { buffer, byteOffset } = usage.view;
          target.set(new Uint8Array(buffer, byteOffset + begin, target.length));
        }
      },
    };
  }

  dispose(): void {
    this.#heldOut?.dispose();
    this.#monitor?.dispose();
  }
}
