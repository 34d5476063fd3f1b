import type { CollectiveListener } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import {
  AsyncQueue,
  RequestError,
  StagePhase,
  TrainerState,
  type EvaluateEventInput,
  type HeartbeatInput,
  type RunStageRequest,
  type StageEventInput,
  type TrainerImplementation,
} from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import { errorFacts } from './errors.ts';
import { runEvaluateJob } from './evaluate-job.ts';
import { EventLog } from './event-log.ts';
import { HeldMemory } from './hand-over/held-memory.ts';
import { Reservation } from './reservation.ts';
import { keepRunLog } from './run-log.ts';
import type { StageGroups } from './sites.ts';
import { runStageJob } from './stage-job.ts';
import type { Watchdog } from './watchdog/watchdog.ts';

/** A stage this trainer works on. */
interface StageJob {
  request: RunStageRequest;
  events: EventLog<StageEventInput>;
  group?: StageGroups;
  stopReason?: string;
  /** It is to stop with a checkpoint, not only to hold the stage in memory. */
  wantsCheckpoint: boolean;
  phase: StagePhase;
  step: number;
  /** Of the last checkpoint that this rank knows of. */
  savedStep: number;
  stepsTotal: number;
  /** Own time of the last steps (computing, waiting for data), in ms. */
  ownMs: number[];
  /** When the last event was emitted, on the clock of this process. */
  lastEvent: number;
  /** Resolves when nothing of the job is left; never rejects. */
  ended: Promise<{ checkpointUrl: string }>;
}

export interface DeviceShare {
  gpu: boolean;
  /** Batches of questions that are answered side by side. */
  lanes: number;
}

/** The trainer's side of TrainerService: at most one job at a time; a stage goes on when its watchers leave. */
export class TrainerWork {
  readonly #trainerId: string;
  readonly #listener: CollectiveListener;
  readonly #device: DeviceShare;
  readonly #log: Logger;
  readonly #watchdog: Watchdog | undefined;
  #job: StageJob | undefined;
  /** The last stage that ended: whoever was away can still learn how. */
  #ended: StageJob | undefined;
  readonly #reservation: Reservation;
  readonly #held: HeldMemory;
  #evaluating: { runId: string; gangId: string; stop: AbortController; ended: Promise<void> } | undefined;
  #draining = false;

  constructor(o: {
    trainerId: string;
    listener: CollectiveListener;
    device: DeviceShare;
    log: Logger;
    watchdog?: Watchdog;
  }) {
    this.#trainerId = o.trainerId;
    this.#listener = o.listener;
    this.#device = o.device;
    this.#log = o.log;
    this.#watchdog = o.watchdog;
    this.#reservation = new Reservation(o.trainerId);
    this.#held = new HeldMemory(o.log);
  }

  heartbeat(): HeartbeatInput {
    const job = this.#job;
    const busy = job !== undefined || this.#evaluating !== undefined;
    return {
      state: this.#draining ? TrainerState.DRAINING : busy ? TrainerState.BUSY : TrainerState.IDLE,
      runId: job?.request.runId ?? this.#evaluating?.runId ?? '',
      gangId: job?.request.gangId ?? this.#evaluating?.gangId ?? '',
      generation: job?.request.generation ?? 0,
      stage: job?.request.stage ?? 0,
      step: job?.step ?? 0,
      phase: job?.phase ?? StagePhase.UNSPECIFIED,
      rank: job?.request.rank ?? 0,
      reservation: this.#reservation.claim,
      held: this.#held.facts,
      ownMs: job === undefined || job.ownMs.length === 0 ? 0 : mean(job.ownMs),
    };
  }

  /** What would be lost if the process ended now, in words; empty when nothing. */
  get unfinished(): string {
    const job = this.#job;
    if (job === undefined)
      return this.#evaluating === undefined ? '' : 'an evaluation, which is done again elsewhere';
    const { runId, stage, world } = job.request;
    const others = world > 1 ? ', unless other trainers of the gang hold them in memory' : '';
    const again = job.step - job.savedStep;
    return `stage ${stage} of ${runId} is at step ${job.step}, its last checkpoint at step ${job.savedStep}: ${again} steps are done again${others}`;
  }

  /** Takes no new work; a running stage stops behind its step, with a checkpoint. Resolves when idle. */
  async drain(reason: string): Promise<void> {
    this.#draining = true;
    if (this.#job) {
      this.#job.stopReason ??= reason;
      this.#job.wantsCheckpoint = true;
    }
    this.#evaluating?.stop.abort();
    await Promise.all([this.#job?.ended, this.#evaluating?.ended]);
  }

  /** Nobody speaks for the gang any more. Resolves when nothing of it is left here. */
  async release(gangId: string, generation: number, reason: string): Promise<boolean> {
    const job = this.#job;
    const evaluation = this.#evaluating;
    let found = false;
    if (job?.request.gangId === gangId && job.request.generation <= generation) {
      this.#abort(job, reason);
      await job.ended;
      found = true;
    }
    if (evaluation?.gangId === gangId) {
      evaluation.stop.abort();
      await evaluation.ended;
      found = true;
    }
    if (!this.#reservation.covers(gangId, generation)) return found;
    this.#held.free(reason, gangId);
    this.#reservation.drop();
    return true;
  }

  readonly implementation: TrainerImplementation = {
    reserve: (request) => {
      this.#refuseWhenDraining();
      const busy = this.#job?.request ?? this.#evaluating;
      if (busy && busy.gangId !== request.gangId) throw this.#busy(busy);
      this.#reservation.take(request);
      const { facts } = this.#held;
      return Promise.resolve({ held: facts?.gangId === request.gangId ? facts : undefined });
    },
    release: async ({ gangId, generation, reason }) => ({
      released: await this.release(gangId, generation, reason || 'the gang was released'),
    }),
    runStage: (request) => this.#runStage(request),
    attach: (request) => {
      const job = [this.#job, this.#ended].find(
        (one) => one?.request.gangId === request.gangId && one.request.generation === request.generation,
      );
      if (!job)
        throw new RequestError(
          'NOT_FOUND',
          `trainer ${this.#trainerId} does not run gang ${request.gangId} generation ${request.generation}`,
          'Start the stage with RunStage.',
        );
      return job.events.watch();
    },
    stop: async (request) => {
      const job = this.#job;
      const evaluation = this.#evaluating;
      if (evaluation?.gangId === request.gangId) {
        evaluation.stop.abort();
        await evaluation.ended;
        return { stopped: true, checkpointUrl: '' };
      }
      if (job?.request.gangId !== request.gangId) return { stopped: false, checkpointUrl: '' };
      const reason = request.reason || 'asked to stop';
      if (request.checkpoint || request.hold) {
        job.stopReason ??= reason;
        job.wantsCheckpoint ||= request.checkpoint;
      } else this.#abort(job, reason);
      return { stopped: true, checkpointUrl: (await job.ended).checkpointUrl };
    },
    evaluate: (request) => {
      this.#reservation.check(request.gangId);
      this.#refuseWhenBusy();
      const events = new AsyncQueue<EvaluateEventInput>();
      const stop = new AbortController();
      const ended = runEvaluateJob({
        request,
        emit: (event) => events.push(event),
        lanes: this.#device.lanes,
        signal: stop.signal,
      })
        .catch((error: unknown) => {
          this.#log.error({ err: error }, 'the evaluation failed');
          events.push({ failed: { ...errorFacts(error), rank: request.rank } });
        })
        .finally(() => {
          this.#evaluating = undefined;
          events.end();
        });
      this.#evaluating = { runId: request.runId, gangId: request.gangId, stop, ended };
      return events;
    },
    getStatus: () => {
      const { state, runId, gangId, stage, step, phase } = this.heartbeat();
      const job = this.#job;
      return Promise.resolve({
        trainerId: this.#trainerId,
        state,
        runId,
        gangId,
        stage,
        step,
        phase,
        stepsTotal: job?.stepsTotal ?? 0,
        rank: job?.request.rank ?? 0,
      });
    },
    diagnose: () => {
      const job = this.#job;
      const blocked = this.#watchdog?.takeLongest();
      return Promise.resolve({
        ...(job?.request ?? {}),
        blockedMs: blocked?.ms ?? 0,
        blockedStack: blocked?.stack ?? '',
        step: job?.step ?? 0,
        phase: job?.phase ?? StagePhase.UNSPECIFIED,
        silentMs: job === undefined ? 0 : performance.now() - job.lastEvent,
        collectivesJson: JSON.stringify(job?.group?.flightRecord.slice(-16) ?? []),
        activeResources: [...new Set(process.getActiveResourcesInfo())],
        rssBytes: process.memoryUsage.rss(),
      });
    },
  };

  async *#runStage(request: RunStageRequest): AsyncGenerator<StageEventInput> {
    this.#reservation.check(request.gangId, request.generation);
    const current = this.#job;
    if (current && isNewer(request, current.request)) {
      // The gang was re-formed: what the old one still does here is of no use any more.
      this.#abort(current, `generation ${request.generation} of the gang begins`);
      await current.ended;
    }
    this.#refuseWhenBusy();
    yield* this.#startStage(request).events.watch();
  }

  #startStage(request: RunStageRequest): StageJob {
    const events = new EventLog<StageEventInput>(kindOf);
    const job: StageJob = {
      request,
      events,
      phase: StagePhase.LOADING,
      wantsCheckpoint: false,
      step: 0,
      savedStep: request.initial ? 0 : request.startStep,
      stepsTotal: 0,
      ownMs: [],
      lastEvent: performance.now(),
      ended: Promise.resolve({ checkpointUrl: '' }),
    };
    let logged = 0;
    const emit = (event: StageEventInput) => {
      if (event.phase?.phase) job.phase = event.phase.phase;
      job.lastEvent = performance.now();
      if (event.step?.step) {
        job.step = event.step.step;
        job.ownMs.push((event.step.computeMs ?? 0) + (event.step.dataMs ?? 0));
        if (job.ownMs.length > OWN_STEPS) job.ownMs.shift();
        if (performance.now() - logged >= LOG_STEP_MS) {
          logged = performance.now();
          const { step, loss, imagesPerS, computeMs, communicateMs, dataMs } = event.step;
          this.#log.info({ step, loss, imagesPerS, computeMs, communicateMs, dataMs }, 'step');
        }
      }
      if (event.checkpoint?.step) job.savedStep = event.checkpoint.step;
      if (event.started) {
        job.stepsTotal = event.started.stepsTotal ?? 0;
        job.step = event.started.firstStep ?? 0;
      }
      const { stage, generation, rank } = request;
      events.emit({ stage, generation, rank, atMs: Date.now(), ...event });
    };
    job.ended = this.#work(job, emit);
    this.#job = job;
    return job;
  }

  async #work(job: StageJob, emit: (event: StageEventInput) => void): Promise<{ checkpointUrl: string }> {
    const { request } = job;
    const { runId, stage, generation, rank } = request;
    const { storage } = JSON.parse(request.runConfigJson) as RunConfig;
    this.#watchdog?.watch({ runId, stage, generation, rank, storage });
    const endLog = keepRunLog(request, this.#trainerId, this.#log);
    const label = `${request.runId} stage ${request.stage} rank ${request.rank} of ${request.world}`;
    this.#log.info(`${label}: begins${request.checkpointUrl ? ` from ${request.checkpointUrl}` : ''}`);
    let checkpointUrl = '';
    try {
      const result = await runStageJob({
        request,
        listener: this.#listener,
        gpu: this.#device.gpu,
        emit,
        shouldStop: () => job.stopReason !== undefined,
        wantsCheckpoint: () => job.wantsCheckpoint,
        held: this.#held,
        onGroup: (group) => (job.group = group),
        log: this.#log,
      });
      checkpointUrl = result.checkpointUrl;
      this.#log.info(`${label}: ${result.reason}`);
      if (result.reason !== 'finished')
        emit({
          failed: {
            code: result.reason === 'held' ? 'REGROUP' : 'STOPPED',
            message: `stopped at a step boundary: ${job.stopReason ?? 'another rank was asked to stop'}`,
            hint: `ovis resume ${request.runId}`,
            retryable: this.#draining || result.reason === 'held',
            rank: request.rank,
          },
        });
    } catch (error) {
      this.#log.error({ err: error }, `${label}: failed`);
      emit({ failed: { ...errorFacts(error), rank: request.rank } });
    } finally {
      if (this.#job === job) this.#job = undefined;
      this.#ended = job;
      job.events.end();
      if (this.#job === undefined) this.#watchdog?.watch(undefined);
      // Nobody waits for it: the next stage may begin.
      void endLog();
    }
    return { checkpointUrl };
  }

  #abort(job: StageJob, reason: string): void {
    job.stopReason ??= reason;
    job.group?.abort(new RequestError('GROUP_ABORTED', reason, 'A newer generation of the gang goes on.'));
  }

  #refuseWhenDraining(): void {
    if (!this.#draining) return;
    throw new RequestError('DRAINING', `trainer ${this.#trainerId} is shutting down`, 'Use another trainer.');
  }

  #refuseWhenBusy(): void {
    this.#refuseWhenDraining();
    const busy = this.#job?.request ?? this.#evaluating;
    if (busy) throw this.#busy(busy);
  }

  #busy({ runId, gangId }: { runId: string; gangId: string }): RequestError {
    return new RequestError(
      'BUSY',
      `trainer ${this.#trainerId} works for run ${runId}, gang ${gangId}`,
      'Wait for it, or stop that run with ovis cancel.',
    );
  }
}

/** A step is logged this often. */
const LOG_STEP_MS = 10_000;
/** Steps that the own time of a step is averaged over. */
const OWN_STEPS = 16;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function isNewer(request: RunStageRequest, current: RunStageRequest): boolean {
  if (request.runId !== current.runId) return false;
  if (request.gangId !== current.gangId) return true;
  return request.generation > current.generation;
}

function kindOf(event: StageEventInput): string {
  return (
    (['started', 'phase', 'step', 'checkpoint', 'done', 'failed'] as const).find((kind) => event[kind]) ?? ''
  );
}
