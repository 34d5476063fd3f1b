import { checkParams, parameterShapes } from '@ovis/model';
import type { MergedBatch, OvisConfig, Params } from '@ovis/model';
import { tensorView, tf } from '@ovis/tensorflow';
import { adamwRates } from './adamw.ts';
import type { Collective } from './collective.ts';
import { soloCollective } from './collective.ts';
import { missingOptimizer, notFinite, StageError } from './errors.ts';
import { flatLayout, TAIL } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { gradientFunction } from './gradient-function.ts';
import type { CompileMode, GradientFunction } from './gradient-function.ts';
import { joinFlat, splitFlat } from './host-tensors.ts';
import type { HostTensors } from './host-tensors.ts';
import {
  flatVariable,
  flatWeights,
  freshParams,
  hostTensor,
  parameterVariables,
  viewIsMemory,
} from './initial-tensors.ts';
import { trainableNames } from './modules.ts';
import { learningRate } from './schedule.ts';
import { checkSettings, scheduleOf } from './settings.ts';
import type { StageSettings } from './settings.ts';
import { checkState, trainerState } from './trainer-state.ts';
import type { TrainerState } from './trainer-state.ts';
import { updateFunction } from './update-function.ts';
import type { FlatState } from './update-function.ts';

export interface StageTrainerOptions {
  config: OvisConfig;
  /** All parameters of the model. The trained ones are copied, the frozen ones used as they are. */
  params: Params;
  settings: StageSettings;
  /** Default: train alone. */
  collective?: Collective;
  /** Go on from here; `params` and `optimizer` are then those of the same snapshot. */
  state?: TrainerState;
  /** Optimizer tensors of a snapshot; needed with a `state` whose step is not 0. */
  optimizer?: Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;
  /** How the two functions of a step are compiled. */
  compileMode?: { gradient?: CompileMode; update?: CompileMode };
}

export interface StepResult {
  /** Optimizer steps done, this one included. */
  step: number;
  /** Loss of the global batch before the step, as `lossNormalization` says. */
  loss: number;
  /** Norm of the global gradient before clipping. */
  gradNorm: number;
  /** Rate the step ran with. */
  learningRate: number;
  /** Learned tokens of the global batch. */
  tokens: number;
  /** Some rank asked to stop after this step; every rank sees the same answer. */
  stopRequested: boolean;
  computeMs: number;
  communicateMs: number;
}

export interface Snapshot {
  /** The whole model: copies of what this stage trains, views of what it leaves alone. */
  params: HostTensors;
  /** `exp_avg.NAME` and `exp_avg_sq.NAME` of every trained parameter. */
  optimizer: HostTensors;
  state: TrainerState;
}

const FIRST_MOMENT = (name: string) => `exp_avg.${name}`;
const SECOND_MOMENT = (name: string) => `exp_avg_sq.${name}`;

/** Trains one stage (spec 5) on one device, together with the other ranks of its collective. */
export class StageTrainer {
  readonly settings: StageSettings;
  /** Names of the trained parameters, in forward order. */
  readonly trained: readonly string[];
  /** The model as it is now; the trained tensors are variables that every step assigns. */
  readonly params: Params;
  /** The peers. May be replaced between steps, when the gang re-forms. */
  collective: Collective;

  readonly #layout: FlatLayout;
  readonly #variables: Map<string, tf.Variable>;
  readonly #flat: FlatState;
  readonly #gradient: GradientFunction;
  readonly #updateMode: CompileMode;
  readonly #unreached = new Set<string>();
  readonly #frozen: HostTensors = {};
  #update: ReturnType<typeof updateFunction> | undefined;
  #viewsShareMemory: boolean | undefined;
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
    const trained = trainableNames(trainModules, config, names, { reinitLayersFrom });
    if (state) checkState(state, trainerState(settings, trained, state.step));
    if (state && state.step > 0 && !optimizer) throw missingOptimizer(state.step);
    const params = state ? options.params : freshParams(config, options.params, settings);

    this.settings = settings;
    this.trained = trained;
    this.collective = options.collective ?? soloCollective;
    this.#step = state?.step ?? 0;
    this.#layout = flatLayout(trained, params);
    this.#flat = {
      weights: flatWeights(this.#layout, params),
      first: flatVariable(moments(this.#layout, optimizer, FIRST_MOMENT)),
      second: flatVariable(moments(this.#layout, optimizer, SECOND_MOMENT)),
    };
    this.#variables = parameterVariables(this.#layout, this.#flat.weights);
    this.params = { ...params, ...Object.fromEntries(this.#variables) };
    this.#gradient = gradientFunction({
      config,
      weights: this.params,
      layout: this.#layout,
      normalization: settings.lossNormalization,
      mode: options.compileMode?.gradient ?? 'graph',
      onUnreached: (name) => this.#unreached.add(name),
    });
    this.#updateMode = options.compileMode?.update ?? 'graph';
  }

  /** Optimizer steps done so far. */
  get stepsDone(): number {
    return this.#step;
  }

  /** Scalars that are trained. */
  get trainedSize(): number {
    return this.#layout.slices.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * One optimizer step over the ranks' micro-batches, `settings.accumulation` of them here. The batches stay the caller's.
   * If it throws before the ranks have averaged (a lost peer, a failed kernel), nothing has changed and it may be repeated.
   *
   * @throws StageError BAD_BATCH, LOSS_NOT_FINITE, TRAINER_FAILED; what the collective throws
   */
  async step(
    microBatches: readonly MergedBatch[],
    options: { requestStop?: boolean } = {},
  ): Promise<StepResult> {
    this.#begin(microBatches.length);
    try {
      const start = performance.now();
      let gradients = await this.#accumulate(microBatches);
      const averaging = performance.now();
      gradients = await this.#allReduce(gradients, options.requestStop ?? false);
      const averaged = performance.now();

      const step = this.#step;
      const rate = learningRate(scheduleOf(this.settings), step);
      const [loss, gradNorm, tokens, stops] = await this.#apply(gradients, rate);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        throw (this.#failure = notFinite(this.settings, step, rate, loss!, gradNorm!));
      }
      this.#step = step + 1;
      return {
        step: step + 1,
        loss: loss!,
        gradNorm: gradNorm!,
        learningRate: rate,
        tokens: tokens!,
        stopRequested: this.collective.world > 1 ? stops! > 0 : (options.requestStop ?? false),
        computeMs: performance.now() - averaged + (averaging - start),
        communicateMs: averaged - averaging,
      };
    } finally {
      this.#busy = false;
    }
  }

  /** Everything a resume needs, on the host. Later steps do not change it. @throws StageError TRAINER_FAILED */
  snapshot(): Promise<Snapshot> {
    return Promise.resolve().then(() => {
      if (this.#busy || this.#failure) throw this.#refusal('a snapshot');
      const { weights, first, second } = this.#flat;
      const copy = (flat: tf.Tensor) => Float32Array.from(tensorView(flat));
      for (const [name, tensor] of Object.entries(this.params)) {
        if (this.#variables.has(name)) continue;
        this.#frozen[name] ??= hostTensor(tensor);
      }
      return {
        params: { ...this.#frozen, ...splitFlat(this.#layout, copy(weights)) },
        optimizer: {
          ...splitFlat(this.#layout, copy(first), FIRST_MOMENT),
          ...splitFlat(this.#layout, copy(second), SECOND_MOMENT),
        },
        state: trainerState(this.settings, this.trained, this.#step),
      };
    });
  }

  /** Times and graph sizes of the compiled functions. */
  stats() {
    return { gradient: this.#gradient.stats(), update: this.#update?.stats() };
  }

  /** Frees the optimizer's state and the compiled functions. `params` stay: the next stage starts from them. */
  dispose(): void {
    this.#failure ??= new StageError(
      'TRAINER_FAILED',
      `The trainer of stage ${this.settings.stage} has been disposed.`,
      'Create a new StageTrainer.',
    );
    this.#gradient.dispose();
    this.#update?.dispose();
    tf.dispose([this.#flat.weights, this.#flat.first, this.#flat.second]);
  }

  async #accumulate(microBatches: readonly MergedBatch[]): Promise<tf.Tensor1D> {
    // With several micro-batches all take the form with a sum, so that only one is traced.
    let sum = microBatches.length > 1 ? tf.zeros<tf.Rank.R1>([this.#layout.sizeWithTail]) : null;
    for (const batch of microBatches) {
      const before: tf.Tensor1D | null = sum;
      sum = await this.#gradient(batch, before);
      before?.dispose();
    }
    return sum!;
  }

  /** Sums the buffer over the ranks. On a CPU the collective works in TensorFlow's own memory. */
  async #allReduce(gradients: tf.Tensor1D, requestStop: boolean): Promise<tf.Tensor1D> {
    if (this.collective.world === 1) return gradients;
    const buffer = tensorView(gradients) as Float32Array;
    this.#viewsShareMemory ??= viewIsMemory(gradients, buffer);
    buffer[this.#layout.size + TAIL.stop] = requestStop ? 1 : 0;
    await this.collective.allReduceSum(buffer);
    if (this.#viewsShareMemory) return gradients;
    gradients.dispose();
    return tf.tensor1d(buffer);
  }

  async #apply(gradients: tf.Tensor1D, rate: number): Promise<number[]> {
    // Compiled after the first gradient, which tells which parameters the loss reaches.
    this.#update ??= updateFunction({
      settings: this.settings,
      layout: this.#layout,
      state: this.#flat,
      variables: this.#variables,
      unreached: this.#unreached,
      mode: this.#updateMode,
    });
    const host = adamwRates(this.settings, rate, this.#step);
    const rates = {
      stepSize: tf.scalar(host.stepSize),
      secondCorrection: tf.scalar(host.secondCorrection),
      decay: tf.scalar(host.decay),
    };
    const stats = await this.#update(gradients, rates);
    gradients.dispose();
    tf.dispose(rates);
    const values = Array.from(await stats.data());
    stats.dispose();
    return values;
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

function moments(
  layout: FlatLayout,
  optimizer: StageTrainerOptions['optimizer'],
  rename: (name: string) => string,
): Float32Array {
  return optimizer ? joinFlat(layout, optimizer, rename) : new Float32Array(layout.size);
}
