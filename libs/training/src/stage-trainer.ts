import { checkParams, parameterShapes } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { tensorView, tf } from '@ovis/tensorflow';
import { adamwRates } from './adamw.ts';
import type { Collective } from './collective.ts';
import { soloCollective } from './collective.ts';
import { halfDone, missingOptimizer, refusal, StageError } from './errors.ts';
import type { ExchangeStart, Gang } from './exchange/choose-exchange.ts';
import { createExchange, gangOf, innerCollective, momentsOf } from './exchange/choose-exchange.ts';
import type { Exchange, ExchangeContext, SharedMemoryNeeds } from './exchange/exchange.ts';
import { isSameGang, notesOf, siteWeights } from './exchange/restore.ts';
import { localTensors } from './exchange/site-tensors.ts';
import { flatLayout } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { flatState, stateParams } from './flat-state.ts';
import type { FlatState } from './flat-state.ts';
import { freshParams } from './fresh-params.ts';
import { gumbelStep } from './gumbel.ts';
import type { HostTensors } from './host-tensors.ts';
import { shardsOf } from './micro-batch.ts';
import type { MicroBatch } from './micro-batch.ts';
import { trainedRates } from './modules.ts';
import { StageWatch } from './monitors/stage-watch.ts';
import type { HeldOutReport } from './monitors/stage-watch.ts';
import { learningRate } from './schedule.ts';
import { checkSettings, scheduleOf } from './settings.ts';
import type { StageSettings } from './settings.ts';
import type { Allocate } from './shared-tensor.ts';
import type { Snapshot, StageTrainerOptions, StepResult } from './stage-trainer-types.ts';
import { statePieces } from './state-pieces.ts';
import type { StatePieces } from './state-pieces.ts';
import type { StepFunctions } from './step-functions.ts';
import { stepFunctions } from './step-functions.ts';
import { checkState, trainerState } from './trainer-state.ts';
import type { GangForm, TrainerState } from './trainer-state.ts';

/** Gradients travel in buckets of this size (measured, see README). */
const BUCKET_BYTES = 8 << 20;

/** Trains one stage (spec 5) on one device, together with the other ranks of its collective. */
export class StageTrainer {
  readonly settings: StageSettings;
  /** Names of the trained parameters, in forward order. */
  readonly trained: readonly string[];
  /** What of a checkpoint could not be gone on with, in words. */
  readonly notes: readonly string[];

  readonly #config: OvisConfig;
  /** Peak rate of every trained parameter. */
  readonly #rates: ReadonlyMap<string, number>;
  readonly #layout: FlatLayout;
  readonly #state: FlatState;
  readonly #frozen: Params;
  readonly #functions: StepFunctions;
  readonly #watch: StageWatch;
  readonly #frozenOnHost: HostTensors = {};
  #gang: Gang;
  #exchange: Exchange;
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
    if (state) checkState(state, trainerState(settings, rates, state.step), options);
    if (state && state.step > 0 && !optimizer) throw missingOptimizer(state.step);
    const params = state ? options.params : freshParams(config, options.params, settings);

    this.settings = settings;
    this.trained = trained;
    this.#config = config;
    this.#rates = rates;
    this.#step = state?.step ?? 0;
    this.#gang = gangOf(settings, options.collective ?? soloCollective, options.sites);
    const { sites } = this.#gang;
    const inner = innerCollective(this.#gang);
    const { bucketBytes = BUCKET_BYTES } = settings;
    const shareOut = sites !== undefined || this.#gang.sharded;
    this.#layout = flatLayout(rates, params, { bucketBytes, ranks: shareOut ? inner.world : 1 });
    const own =
      optimizer &&
      localTensors(optimizer, sites && { index: sites.between.rank, count: sites.between.world });
    const siteOwn = own ? siteWeights(trained, own) : {};
    this.#state = flatState(this.#layout, { ...params, ...siteOwn }, own, momentsOf(this.#gang));
    tf.dispose(siteOwn);
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
    this.#watch = new StageWatch({
      context: this.#context,
      config,
      params: () => ({ ...this.#frozen, ...stateParams(this.#layout, this.#state) }),
      stored: optimizer,
      state: options.monitors ?? state?.monitors,
    });
    const sameGang = isSameGang(state?.gang, this.#gangForm);
    this.notes = optimizer && !sameGang ? notesOf(optimizer, this.#gangForm, settings) : [];
    this.#exchange = this.#makeExchange({ anchor: params, stored: optimizer, sameGang });
    // New blocks have been copied, too.
    for (const name of trained) if (params[name] !== options.params[name]) params[name]!.dispose();
  }

  /** The peers. May be replaced between steps, when the gang re-forms, if this trainer {@link isComplete}. */
  get collective(): Collective {
    return this.#gang.collective;
  }

  set collective(collective: Collective) {
    if (collective === this.#gang.collective) return;
    if (!this.isComplete) {
      throw new StageError(
        'TRAINER_FAILED',
        `The trainer of stage ${this.settings.stage} cannot go on with other peers: parts of its state belong to their places in the gang.`,
        'Create a trainer from the last checkpoint.',
      );
    }
    this.#exchange.dispose();
    this.#gang = { collective, sites: undefined, sharded: false };
    this.#exchange = this.#makeExchange({ anchor: {}, sameGang: false });
  }

  /** Whether it can go on with other peers: not where the optimizer is shared out or sites take local steps. */
  get isComplete(): boolean {
    const { shardOptimizer = false, localSteps = 1 } = this.settings;
    return !shardOptimizer && localSteps === 1;
  }

  /** What the trainers of a machine had better share, see {@link placeBuffers}. */
  get sharedMemory(): SharedMemoryNeeds {
    return this.#exchange.sharedMemory;
  }

  /** Makes the exchange's buffers by `allocate`: in memory that the trainers share, so that they are reduced there. Before the first step. */
  placeBuffers(allocate: Allocate): void {
    this.#exchange.place?.(allocate);
  }

  /** Optimizer steps done so far. */
  get stepsDone(): number {
    return this.#step;
  }

  /** The parameters with one peak rate each, as `StepResult.learningRates` lists their rates. */
  get groups(): readonly { learningRate: number; names: readonly string[] }[] {
    return this.#layout.groups;
  }

  /** Scalars that are trained. */
  get trainedSize(): number {
    return this.#layout.buckets.flatMap(({ slices }) => slices).reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes of all gradients. */
  get gradientBytes(): number {
    return 4 * this.#layout.size;
  }

  /** The model as it is now. Later steps do not change these tensors; while the trained ones live, the next step has to copy the weights. */
  get params(): Params {
    const trained = tf.tidy(() => {
      const views = Object.entries(stateParams(this.#layout, this.#state));
      // The exchange may write to the variables' memory by itself.
      return Object.fromEntries(
        views.map(([name, tensor]) => [name, this.#exchange.writesWeights ? tf.mul(tensor, 1) : tensor]),
      );
    });
    return { ...this.#frozen, ...trained };
  }

  /**
   * One optimizer step over the ranks' micro-batches, `settings.accumulation` of them here. The batches stay the caller's.
   * If it throws before the ranks have averaged (a lost peer, a failed kernel), nothing has changed and it may be repeated.
   *
   * @returns what came of it; `bad.action` `rollback`: this trainer is of no use any more
   * @throws StageError BAD_BATCH, LOSS_NOT_FINITE (nothing has changed), LOSS_EXPLODED, TRAINER_FAILED; what the collective throws
   */
  async step(
    microBatches: readonly MicroBatch[],
    options: { requestStop?: boolean } = {},
  ): Promise<StepResult> {
    this.#begin(microBatches.length);
    const requestStop = options.requestStop ?? false;
    const rateFrom = (peak: number) => learningRate(scheduleOf(this.settings, peak), this.#step);
    const rate = rateFrom(this.settings.learningRate);
    const learningRates = this.#layout.groups.map((group) => rateFrom(group.learningRate));
    const { limits } = this.#watch;
    const rates = learningRates.map((peak) => adamwRates(this.settings, peak, this.#step, limits));
    const gumbel = gumbelStep(this.#config, this.settings, this.#step);
    const work = { microBatches: microBatches.map(shardsOf), gumbel };
    const { collective } = this.#gang;
    let committed = false;
    try {
      const measured = await this.#watch.before(this.#step + 1, work, collective);
      const start = performance.now();
      const { loss, gradNorm, tokens, stops, communicateMs, stagingMs } = await this.#exchange.step({
        ...work,
        rates,
        step: this.#step,
        requestStop,
        committing: () => (committed = true),
      });
      const computeMs = performance.now() - start - communicateMs;
      const seen = this.#watch.after(this.#step + 1, measured, { loss, gradNorm });
      const bad = seen.bad && (await this.#watch.locate(seen.bad, work, collective));
      if (bad?.action === 'stop' || bad?.action === 'rollback') {
        const ending = this.#watch.ending(bad, this.#step + 1, rate);
        this.#failure = ending;
        if (bad.action === 'stop') throw ending;
      }
      this.#step++;
      return {
        ...seen,
        ...(bad && { bad }),
        step: this.#step,
        loss,
        gradNorm,
        learningRate: rate,
        learningRates,
        tokens,
        stopRequested: stops > 0,
        computeMs,
        communicateMs,
        stagingMs,
      };
    } catch (error) {
      if (committed) this.#failure ??= halfDone(this.settings, this.#step, error);
      throw error;
    } finally {
      tf.dispose([rates, gumbel] as unknown as tf.TensorContainer);
      this.#busy = false;
    }
  }

  /**
   * The loss on held-out samples with the weights as they are; the batches stay the caller's. All ranks call it behind the same step, with their parts
   * of the samples.
   */
  async heldOut(microBatches: readonly MicroBatch[]): Promise<HeldOutReport> {
    if (this.#busy || this.#failure) throw this.#refusal('a loss on held-out samples');
    this.#busy = true;
    try {
      return await this.#watch.heldOut(this.#step, microBatches.map(shardsOf), this.#gang.collective);
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Everything a resume needs, on the host: the same tensors each time. Later steps do not change it. All ranks of the gang call it.
   * @throws StageError TRAINER_FAILED; what the collective throws
   */
  async snapshot(): Promise<Snapshot> {
    if (this.#busy || this.#failure) throw this.#refusal('a snapshot');
    this.#busy = true;
    try {
      const collected = await this.#exchange.collect();
      for (const [name, tensor] of Object.entries(this.#frozen)) {
        // They never change: views will do, made once.
        this.#frozenOnHost[name] ??= {
          dtype: 'F32',
          shape: tensor.shape,
          data: tensorView(tensor) as Float32Array,
        };
      }
      return {
        params: { ...this.#frozenOnHost, ...collected.params },
        optimizer: { ...collected.optimizer, ...this.#watch.tensors },
        state: this.progress,
      };
    } finally {
      this.#busy = false;
    }
  }

  /**
   * The state as it lies in the ranks' memories, to be read without asking the other ranks; undefined where parts of it have to be collected
   * ({@link snapshot}): with local steps, and with what compression has left unsent.
   */
  pieces(): StatePieces | undefined {
    const { sites, collective } = this.#gang;
    if (sites || (collective.world > 1 && this.settings.gradientCompression === 'int8')) return undefined;
    const pieces = this.#watch.withPieces(
      statePieces(this.#layout, this.#state, this.#frozen, momentsOf(this.#gang)),
    );
    return {
      ...pieces,
      read: (requests) => {
        const frozen = requests.every(({ name }) => name in this.#frozen);
        if (this.#failure || (this.#busy && !frozen)) throw this.#refusal('its state');
        pieces.read(requests);
      },
    };
  }

  /** Where the stage stands, beside its tensors. */
  get progress(): TrainerState {
    const monitors = this.#watch.state;
    const state = trainerState(this.settings, this.#rates, this.#step, this.#gangForm);
    return { ...state, ...(monitors && { monitors }) };
  }

  /** Why the weights must not be saved; undefined when they are all numbers. All ranks of the gang call it. */
  weightsError(): Promise<StageError | undefined> {
    return this.#watch.weightsError(this.#step, this.#gang.collective);
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
    this.#functions.dispose();
    this.#watch.dispose();
    this.#exchange.dispose();
    for (const { weights, first, second } of this.#state) tf.dispose([weights, first, second]);
  }

  get #gangForm(): GangForm {
    const { collective, sites } = this.#gang;
    return {
      world: collective.world,
      sites: sites?.between.world ?? 1,
      buckets: this.#layout.buckets.map(({ size }) => size),
    };
  }

  get #context(): ExchangeContext {
    const { settings } = this;
    return { layout: this.#layout, state: this.#state, functions: this.#functions, settings };
  }

  #makeExchange(start: ExchangeStart): Exchange {
    return createExchange(this.#context, this.#gang, start);
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
    return refusal(this.settings.stage, what, this.#failure);
  }
}
