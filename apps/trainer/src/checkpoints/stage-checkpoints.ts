import type { ProcessGroup } from '@ovis/allreduce';
import {
  applyRetention,
  AsyncCheckpointer,
  checkpointId,
  type BackgroundSave,
  type CheckpointReader,
} from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import { StagePhase, type RunStageRequest, type StageEventInput } from '@ovis/protocol';
import { joinUrl, openStorage } from '@ovis/storage';
import type { Logger } from '@ovis/telemetry';
import type { StageTrainer, TrainerState } from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';
import { createHash, randomBytes } from 'node:crypto';
import { errorFacts } from '../errors.ts';
import { together } from '../hand-over/start-stage.ts';
import type { LoadedModel } from '../model-files.ts';
import { votes } from '../votes.ts';
import { failureToTell, gatherFailures } from './rank-failures.ts';
import { trainerSource, type TrainerSource } from './trainer-source.ts';

export interface StageCheckpointsOptions {
  request: RunStageRequest;
  run: RunConfig;
  model: LoadedModel;
  trainer: StageTrainer;
  group: ProcessGroup;
  /** A checkpoint whose tensors are this stage's, but for what is trained. */
  base?: CheckpointReader;
  emit: (event: StageEventInput) => void;
  /** The stage is to end wherever it is: nothing waits for the storage any more. */
  signal?: AbortSignal;
  log: Logger;
}

export interface CheckpointFacts {
  step: number;
  loss?: number;
  /** Where this rank's lanes stand. */
  cursors: LaneCursor[];
}

/** State of a checkpoint beside what every checkpoint has. */
export interface SavedState {
  trainer?: TrainerState;
}

/** How long the training waits for the checkpoint before, s, where the run file does not say. */
const WAIT_S = 2;

/** While a checkpoint keeps the training waiting, the controller is told so often that it is alive, ms. */
const TELL_EVERY_MS = 5_000;

/**
 * The checkpoints of one stage on one rank: each rank copies its share of what changed and writes it while the next steps run. Nobody
 * waits but for a moment for the checkpoint before, if that is still under way, and at the end of the stage.
 */
export class StageCheckpoints {
  readonly #o: StageCheckpointsOptions;
  readonly #attempt: string;
  readonly #url: string;
  readonly #source: TrainerSource;
  readonly #checkpointer: AsyncCheckpointer;
  #last: string | undefined;
  #lastStep = 0;
  /** The first step whose checkpoint was left out, as long as that goes on. */
  #lateSince: number | undefined;
  #swept = false;

  /** All ranks call it: they agree on the folder that this gang writes to. */
  static async create(o: StageCheckpointsOptions): Promise<StageCheckpoints> {
    const [first] = await o.group.allGatherBytes(randomBytes(4), { tag: 'folder of checkpoints' });
    const nonce = Buffer.from(first as Uint8Array).toString('hex');
    return new StageCheckpoints(o, `g${o.request.generation}-${nonce}`, await trainerSource(o.trainer));
  }

  private constructor(o: StageCheckpointsOptions, attempt: string, source: TrainerSource) {
    this.#o = o;
    this.#attempt = attempt;
    this.#url = joinUrl(o.run.storage, `${o.request.runId}/checkpoints`);
    this.#source = source;
    this.#checkpointer = this.#create(source);
    const { signal } = o;
    signal?.addEventListener('abort', () => void this.#checkpointer.close(signal.reason), { once: true });
  }

  /**
   * Whether the checkpoint before is saved, which is waited for for a moment: a storage that is slow or away keeps nobody from training. All
   * ranks call it, and get the same answer.
   */
  async isReady(step: number): Promise<boolean> {
    const { request, emit, log } = this.#o;
    const ready = await this.#telling('waits for the one before', () => this.#isSaved(), { atOnce: false });
    if (ready === (this.#lateSince === undefined)) return ready;
    // The first one that is left out, or the first that is not any more.
    const since = (this.#lateSince ??= step);
    if (ready) this.#lateSince = undefined;
    if (request.rank !== 0) return ready;
    const message = ready
      ? `checkpoints are saved again; those of steps ${since} to ${step - 1} were left out`
      : `no checkpoint at step ${step}: that of step ${this.#lastStep} is still being written`;
    const remedy =
      'See whether the storage answers, and how long checkpoints take (ovis status); or make checkpointEvery larger.';
    emit({ warning: { signature: 'late-checkpoint', step, since, message, remedy, over: ready } });
    log.warn({ remedy }, `stage ${request.stage}: ${message}`);
    return ready;
  }

  /** Whether all ranks have written what they had to. */
  async #isSaved(): Promise<boolean> {
    const { group, run } = this.#o;
    const own = await this.#checkpointer.settled((run.checkpoints?.waitSeconds ?? WAIT_S) * 1000);
    return (await votes(group, own, 'checkpoint before')).every(Boolean);
  }

  /** Takes a snapshot; the steps may go on when it resolves. A failure later on is logged, and does not end the stage. */
  async save({ step, loss, cursors }: CheckpointFacts): Promise<void> {
    const { request, run, trainer } = this.#o;
    const id = checkpointId(request.stage, step);
    await this.#telling(`step ${step}`, async () => {
      const state = await this.#source.begin();
      await this.#checkpointer.save({
        id,
        state: {
          stage: request.stage,
          step,
          totalSteps: trainer.settings.totalSteps,
          seed: run.seed,
          schedule: state.schedule,
          rng: { trainer: state } satisfies SavedState,
          ...(loss === undefined ? {} : { loss }),
          configHash: createHash('sha256').update(request.runConfigJson).digest('hex'),
          versions: { node: process.versions.node, ovis: '0.1.0' },
        },
        cursors,
      });
      this.#source.end();
    });
    this.#last = joinUrl(this.#url, id);
    this.#lastStep = step;
  }

  /**
   * Waits until the last checkpoint is visible, on all ranks.
   * @returns its URL
   * @throws what kept this rank from writing its share; TrainerError CHECKPOINT_FAILED when it was another one, or waited for another one
   */
  async finish(): Promise<string> {
    const { group } = this.#o;
    const ended = this.#checkpointer.drain().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const failure = await this.#telling('waits for the storage', () => together(group, ended));
    const failures = await gatherFailures(group, failure?.error);
    // Nobody will ever complete it.
    if (failures.length > 0) await this.#checkpointer.discard();
    // Nobody writes any more.
    await this.#checkpointer.tidy();
    const error = failureToTell(failures, { rank: group.rank, error: failure?.error });
    if (error !== undefined) throw error;
    return this.#last ?? '';
  }

  /** Gives up what is still under way. Before the trainer and its model are disposed. */
  async close(): Promise<void> {
    await this.#checkpointer.close();
  }

  #create(source: TrainerSource): AsyncCheckpointer {
    const { request, run, model, base, log } = this.#o;
    const { rank, world, gangId, generation } = request;
    const minutes = run.checkpoints?.patienceMinutes;
    const checkpointer = new AsyncCheckpointer({
      url: this.#url,
      rank,
      world,
      attempt: this.#attempt,
      writer: { gang: gangId, generation },
      tensors: source.tensors,
      read: source.read,
      base,
      extraFiles: model.files,
      ...(minutes === undefined ? {} : { patienceMs: minutes * 60_000 }),
      onSaved: (saved) => this.#saved(saved),
      onFailed: (error, id) => {
        const { message, hint } = errorFacts(error);
        log.warn(`checkpoint '${id}' was not saved: ${message} ${hint}`);
      },
      onWarning: (message) => log.warn(message),
    });
    log.info(`checkpoints: ${(checkpointer.stagingBytes / 1e6).toFixed(1)} MB of memory for snapshots`);
    return checkpointer;
  }

  async #saved(saved: BackgroundSave): Promise<void> {
    const { id, url, step, bytes, writtenBytes, totalMs, stall } = saved;
    const { run, base, emit, log } = this.#o;
    const { snapshotMs, waitMs } = stall;
    emit({ checkpoint: { id, url, step, bytes, ms: totalMs, snapshotMs, waitMs, writtenBytes } });
    const { keepLast, keepEvery, keepBest } = run.checkpoints ?? {};
    const keepsAll = keepLast === undefined && keepEvery === undefined && keepBest === undefined;
    // What dead saves left is swept once a stage then.
    if (keepsAll && this.#swept) return;
    this.#swept = true;
    try {
      await applyRetention(openStorage(this.#url), '', run.checkpoints ?? {}, {
        inUse: base ? [base.manifest.id] : [],
        attempts: [this.#attempt],
        onWarning: (message) => log.warn(message),
      });
    } catch (error) {
      log.warn(`old checkpoints were not removed: ${errorFacts(error).message}`);
    }
  }

  /** Says that the stage checkpoints, at once unless it usually takes no time, and again and again while that takes long. */
  async #telling<T>(detail: string, work: () => Promise<T>, { atOnce = true } = {}): Promise<T> {
    const tell = (): void => this.#o.emit({ phase: { phase: StagePhase.CHECKPOINTING, detail } });
    if (atOnce) tell();
    const timer = setInterval(tell, TELL_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }
}
