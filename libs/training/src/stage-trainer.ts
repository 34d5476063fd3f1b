import { checkParams, parameterShapes } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { tensorView, tf } from '@ovis/tensorflow';
import { adamwRates } from './adamw.ts';
import type { Collective } from './collective.ts';
import { soloCollective } from './collective.ts';
import { missingOptimizer, notFinite, StageError } from './errors.ts';
import { flatLayout } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { flatState, stateOnHost, stateParams } from './flat-state.ts';
import type { FlatState } from './flat-state.ts';
import { freshParams } from './fresh-params.ts';
import { gumbelStep } from './gumbel.ts';
import type { GumbelStep } from './gumbel.ts';
import type { HostTensors } from './host-tensors.ts';
import type { MicroBatch, TrainingBatch } from './micro-batch.ts';
import { trainedRates } from './modules.ts';
import { reduceGradients } from './reduce-gradients.ts';
import { learningRate } from './schedule.ts';
import { checkSettings, scheduleOf } from './settings.ts';
import type { StageSettings } from './settings.ts';
import type { Snapshot, StageTrainerOptions, StepResult } from './stage-trainer-types.ts';
import { stepFunctions } from './step-functions.ts';
import { checkState, trainerState } from './trainer-state.ts';

/** Trains one stage (spec 5) on one device, together with the other ranks of its collective. */
export class StageTrainer {
  readonly settings: StageSettings;
  /** Names of the trained parameters, in forward order. */
  readonly trained: readonly string[];
  /** The peers. May be replaced between steps, when the gang re-forms. */
  collective: Collective;

  readonly #config: OvisConfig;
  /** Peak rate of every trained parameter. */
  readonly #rates: ReadonlyMap<string, number>;
  readonly #layout: FlatLayout;
  readonly #state: FlatState;
  readonly #frozen: Params;
  readonly #functions: ReturnType<typeof stepFunctions>;
  readonly #frozenOnHost: HostTensors = {};
  #step: number;
  #busy = false;
  #failure: StageError | undefined;

  /**
   * @throws StageError BAD_SETTINGS, UNKNOWN_MODULE, NOTHING_TO_TRAIN, STATE_MISMATCH; ParameterError of `@ovis/model`
   *   when `params` do not fit the config.
   */
  static create(options: StageTrainerOptions): Promise<StageTrainer> {
    // Asynchronous by contract: a device may have to copy the weights.
    return Promise.resolve().then(() => new StageTrainer(options));
  }

  private constructor(options: StageTrainerOptions) {
    const { config, settings, state, optimizer } = options;
    checkSettings(settings);
    checkParams(config, options.params);
    const { trainModules, reinitLayersFrom } = settings;
    const names = Object.keys(parameterShapes(config));
    const ownRates = trainedRates(trainModules, config, names, { reinitLayersFrom });
    const rates = new Map([...ownRates].map(([name, rate]) => [name, rate ?? settings.learningRate]));
    const trained = [...rates.keys()];
    if (state) checkState(state, trainerState(settings, rates, state.step));
    if (state && state.step > 0 && !optimizer) throw missingOptimizer(state.step);
    const params = state ? options.params : freshParams(config, options.params, settings);

    this.settings = settings;
    this.trained = trained;
    this.#config = config;
    this.#rates = rates;
    this.collective = options.collective ?? soloCollective;
    this.#step = state?.step ?? 0;
    this.#layout = flatLayout(rates, params);
    this.#state = flatState(this.#layout, params, optimizer);
    // New blocks have been copied, too.
    for (const name of trained) if (params[name] !== options.params[name]) params[name]!.dispose();
    const isTrained = new Set(trained);
    this.#frozen = Object.fromEntries(Object.entries(params).filter(([name]) => !isTrained.has(name)));
    this.#functions = stepFunctions({
      config,
      frozen: this.#frozen,
      layout: this.#layout,
      state: this.#state,
      settings,
      mode: options.compileMode ?? {},
    });
  }

  /** Optimizer steps done so far. */
  get stepsDone(): number {
    return this.#step;
  }

  /** The parameters with one peak rate each, as `StepResult.learningRates` lists their rates. */
  get groups(): readonly { learningRate: number; names: readonly string[] }[] {
    return this.#layout.groups.map(({ learningRate, slices }) => ({
      learningRate,
      names: slices.map(({ name }) => name),
    }));
  }

  /** Scalars that are trained. */
  get trainedSize(): number {
    return this.#layout.slices.reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that the ranks sum up in every step. */
  get gradientBytes(): number {
    return 4 * this.#layout.sizeWithTail;
  }

  /** The model as it is now. Later steps do not change these tensors; while the trained ones live, the next step has to copy the weights. */
  get params(): Params {
    return { ...this.#frozen, ...tf.tidy(() => stateParams(this.#layout, this.#state)) };
  }

  /**
   * One optimizer step over the ranks' micro-batches, `settings.accumulation` of them here. The batches stay the caller's.
   * If it throws before the ranks have averaged (a lost peer, a failed kernel), nothing has changed and it may be repeated.
   *
   * @throws StageError BAD_BATCH, LOSS_NOT_FINITE (nothing has changed), TRAINER_FAILED; what the collective throws
   */
  async step(
    microBatches: readonly MicroBatch[],
    options: { requestStop?: boolean } = {},
  ): Promise<StepResult> {
    this.#begin(microBatches.length);
    const requestStop = options.requestStop ?? false;
    const { world } = this.collective;
    const rateFrom = (peak: number) => learningRate(scheduleOf(this.settings, peak), this.#step);
    const rate = rateFrom(this.settings.learningRate);
    const rates = this.#layout.groups.map((group) => {
      const host = adamwRates(this.settings, rateFrom(group.learningRate), this.#step);
      return {
        alpha: tf.scalar(host.alpha),
        epsilon: tf.scalar(host.epsilon),
        decay: tf.scalar(host.decay),
      };
    });
    const gumbel = gumbelStep(this.#config, this.settings, this.#step);
    const start = performance.now();
    let communicateMs = 0;
    try {
      let stats: tf.Tensor1D;
      const [only] = microBatches;
      if (only && microBatches.length === 1 && world === 1) {
        stats = await this.#functions.step(shardsOf(only), rates, gumbel);
      } else {
        let gradients = await this.#accumulate(microBatches, gumbel);
        const averaging = performance.now();
        if (world > 1)
          gradients = await reduceGradients(gradients, this.#layout, this.collective, {
            requestStop,
            compression: this.settings.gradientCompression ?? 'none',
          });
        communicateMs = performance.now() - averaging;
        stats = await this.#functions.update(gradients, rates);
        gradients.dispose();
      }
      const [loss, gradNorm, tokens, stops] = await stats.data<'float32'>();
      stats.dispose();
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        throw (this.#failure = notFinite(this.settings, this.#step, rate, loss!, gradNorm!));
      }
      this.#step++;
      return {
        step: this.#step,
        loss: loss!,
        gradNorm: gradNorm!,
        learningRate: rate,
        learningRates: this.#layout.groups.map((group) => rateFrom(group.learningRate)),
        tokens: tokens!,
        stopRequested: world > 1 ? stops! > 0 : requestStop,
        computeMs: performance.now() - start - communicateMs,
        communicateMs,
      };
    } finally {
      tf.dispose([rates, gumbel] as unknown as tf.TensorContainer);
      this.#busy = false;
    }
  }

  /** Everything a resume needs, on the host. Later steps do not change it. @throws StageError TRAINER_FAILED */
  snapshot(): Promise<Snapshot> {
    return Promise.resolve().then(() => {
      if (this.#busy || this.#failure) throw this.#refusal('a snapshot');
      for (const [name, tensor] of Object.entries(this.#frozen)) {
        // They never change: views will do, made once.
        this.#frozenOnHost[name] ??= {
          dtype: 'F32',
          shape: tensor.shape,
          data: tensorView(tensor) as Float32Array,
        };
      }
      const { params, optimizer } = stateOnHost(this.#layout, this.#state);
      return {
        params: { ...this.#frozenOnHost, ...params },
        optimizer,
        state: trainerState(this.settings, this.#rates, this.#step),
      };
    });
  }

  /** Times and graph sizes of the compiled functions: `step` when it trains alone, else `gradient` and `update`. */
  stats() {
    const { step, gradient, update } = this.#functions;
    return { step: step.stats(), gradient: gradient.stats(), update: update.stats() };
  }

  /** Frees the trained weights, the optimizer's state and the compiled functions; the frozen parameters stay. */
  dispose(): void {
    this.#failure ??= new StageError(
      'TRAINER_FAILED',
      `The trainer of stage ${this.settings.stage} has been disposed.`,
      'Create a new StageTrainer.',
    );
    for (const compiled of Object.values(this.#functions)) compiled.dispose();
    for (const { weights, first, second } of this.#state) tf.dispose([weights, first, second]);
  }

  async #accumulate(microBatches: readonly MicroBatch[], gumbel: GumbelStep | null): Promise<tf.Tensor1D> {
    // With several micro-batches all take the form with a sum, so that only one is traced.
    let sum = microBatches.length > 1 ? tf.zeros<tf.Rank.R1>([this.#layout.sizeWithTail]) : null;
    for (const batch of microBatches) {
      const before: tf.Tensor1D | null = sum;
      sum = await this.#functions.gradient(shardsOf(batch), before, gumbel);
      before?.dispose();
    }
    return sum!;
  }

  #begin(count: number): void {
    if (this.#busy || this.#failure) throw this.#refusal('a step');
    if (count !== this.settings.accumulation) {
      throw new StageError(
        'BAD_BATCH',
        `Step ${this.#step + 1} got ${count} micro-batches, the stage accumulates ${this.settings.accumulation}.`,
        'Hand over one micro-batch per accumulation step.',
      );
    }
    this.#busy = true;
  }

  #refusal(what: string): StageError {
    if (!this.#failure) {
      return new StageError(
        'TRAINER_FAILED',
        `The trainer of stage ${this.settings.stage} was asked for ${what} while a step runs.`,
        'Await step() first.',
      );
    }
    return new StageError(
      'TRAINER_FAILED',
      `The trainer of stage ${this.settings.stage} cannot give ${what}: ${this.#failure.message}`,
      this.#failure.hint,
      { cause: this.#failure },
    );
  }
}

function shardsOf(batch: MicroBatch): readonly TrainingBatch[] {
  return Array.isArray(batch) ? (batch as readonly TrainingBatch[]) : [batch as TrainingBatch];
}
