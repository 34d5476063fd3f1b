import type { tf } from '@ovis/tensorflow';
import type { AdamWRates } from '../adamw.ts';
import type { FlatLayout } from '../flat-layout.ts';
import type { FlatState } from '../flat-state.ts';
import type { GumbelStep } from '../gumbel.ts';
import type { HostTensors } from '../host-tensors.ts';
import type { TrainingBatch } from '../micro-batch.ts';
import type { StageSettings } from '../settings.ts';
import type { StepFunctions } from '../step-functions.ts';

/** What an exchange works on. */
export interface ExchangeContext {
  layout: FlatLayout;
  state: FlatState;
  functions: StepFunctions;
  settings: StageSettings;
}

/** One optimizer step, as the trainer asks for it. */
export interface StepWork {
  /** This rank's, each in shards. */
  microBatches: readonly (readonly TrainingBatch[])[];
  /** Of the layout's groups. */
  rates: readonly AdamWRates[];
  gumbel: GumbelStep | null;
  /** Steps done before this one. */
  step: number;
  requestStop: boolean;
  /** Called before what cannot be repeated: if the step fails afterwards, the trainer is of no use any more. */
  committing: () => void;
}

/** What came of a step: the same on every rank but for the times. */
export interface StepOutcome {
  loss: number;
  gradNorm: number;
  tokens: number;
  /** Ranks that asked to stop. */
  stops: number;
  /** What the loss was divided by: tokens or micro-batches. */
  count: number;
  /** Time in which nothing was computed for waiting for other ranks, in ms. */
  communicateMs: number;
  /** Time spent copying between tensors and buffers, in ms. */
  stagingMs: number;
}

/** Bytes of memory that the ranks of a machine had better share for the exchange. */
export interface SharedMemoryNeeds {
  /** Of buffers that are made in it. */
  inPlace: number;
  /** Of buffers that are copied in and out. */
  staging: number;
}

/** How the ranks make one step of their gradients. The trainer chooses one, once. */
export interface Exchange {
  /** Whether it writes to the memory of the weights by itself: nobody may share that. */
  readonly writesWeights: boolean;
  readonly sharedMemory: SharedMemoryNeeds;
  /** Does one step: gradients, sums, update. Until it calls `work.committing`, nothing has changed when it fails. */
  step(work: StepWork): Promise<StepOutcome>;
  /** Trained weights and optimizer of all ranks, as checkpoints hold them; the same tensors each time. All ranks call it. */
  collect(): Promise<{ params: HostTensors; optimizer: HostTensors }>;
  /** Buffers of the exchange are to be made by this, in memory that the ranks share. Called once, before the first step. */
  place?(allocate: (length: number) => Float32Array): void;
  dispose(): void;
}

/** Reads what the update gives and frees it. */
export async function outcomeOf(
  stats: tf.Tensor1D,
  { communicateMs, stagingMs }: Pick<StepOutcome, 'communicateMs' | 'stagingMs'>,
): Promise<StepOutcome> {
  const [loss, gradNorm, tokens, stops, count] = await stats.data<'float32'>();
  stats.dispose();
  return {
    loss: loss!,
    gradNorm: gradNorm!,
    tokens: tokens!,
    stops: stops!,
    count: count!,
    communicateMs,
    stagingMs,
  };
}

/** Collectives under way. */
export class Pending {
  readonly #calls: Promise<unknown>[] = [];

  add(call: Promise<unknown>): void {
    // Whoever waits for all of them hears of it.
    call.catch(() => undefined);
    this.#calls.push(call);
  }

  /** When all have ended: nobody writes to their buffers any more. @throws the first one's error */
  async done(): Promise<void> {
    const failed = (await Promise.allSettled(this.#calls)).find((call) => call.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }
}

export async function allDone(calls: readonly Promise<unknown>[]): Promise<void> {
  const pending = new Pending();
  calls.forEach((call) => pending.add(call));
  await pending.done();
}
