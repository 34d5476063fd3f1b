import type { CollectiveListener } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import {
  AsyncQueue,
  RequestError,
  StagePhase,
  TrainerState,
  type EvaluateEventInput,
  type EvaluateRequest,
  type HeartbeatInput,
  type RunStageRequest,
  type StageEventInput,
  type TrainerImplementation,
} from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import type { CpuPriority } from './cpu-priority.ts';
import { errorFacts } from './errors.ts';
import { runEvaluateJob } from './evaluate-job.ts';
import { HeldMemory } from './hand-over/held-memory.ts';
import { StagePreparation } from './prepare-stage.ts';
import { Reservation } from './reservation.ts';
import { keepRunLog } from './run-log.ts';
import { runStageJob } from './stage-job.ts';
import { StageRecord } from './stage-record.ts';
import type { TrainerMetrics } from './trainer-metrics.ts';
import type { Watchdog } from './watchdog/watchdog.ts';

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
  readonly #metrics: TrainerMetrics | undefined;
  #job: StageRecord | undefined;
  /** The last stage that ended: whoever was away can still learn how. */
  #ended: StageRecord | undefined;
  readonly #reservation: Reservation;
  readonly #held: HeldMemory;
  readonly #preparation: StagePreparation;
  readonly #priority: CpuPriority | undefined;
  #evaluating: { runId: string; gangId: string; stop: AbortController; ended: Promise<void> } | undefined;
  #draining = false;

  constructor(o: {
    trainerId: string;
    listener: CollectiveListener;
    device: DeviceShare;
    log: Logger;
    watchdog?: Watchdog;
    metrics?: TrainerMetrics;
    /** Of this process: low while it prepares for work that may come. */
    priority?: CpuPriority;
  }) {
    this.#trainerId = o.trainerId;
    this.#listener = o.listener;
    this.#device = o.device;
    this.#log = o.log;
    this.#watchdog = o.watchdog;
    this.#metrics = o.metrics;
    this.#reservation = new Reservation(o.trainerId);
    this.#held = new HeldMemory(o.log);
    this.#preparation = new StagePreparation({ gpu: o.device.gpu, log: o.log });
    this.#priority = o.priority;
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
      ownMs: job?.ownMs ?? 0,
    };
  }

  /** What would be lost if the process ended now, in words; empty when nothing. */
  get unfinished(): string {
    if (this.#job !== undefined) return this.#job.unfinished;
    return this.#evaluating === undefined ? '' : 'an evaluation, which is done again elsewhere';
  }

  /** Takes no new work; a running stage stops behind its step, with a checkpoint. Resolves when idle. */
  async drain(reason: string): Promise<void> {
    this.#draining = true;
    this.#job?.stop(reason, true);
    this.#evaluating?.stop.abort();
    await Promise.all([this.#job?.ended, this.#evaluating?.ended, this.#preparation.stop()]);
  }

  /** Nobody speaks for the gang any more. Resolves when nothing of it is left here. */
  async release(gangId: string, generation: number, reason: string): Promise<boolean> {
    const job = this.#job;
    const evaluation = this.#evaluating;
    let found = false;
    if (job?.request.gangId === gangId && job.request.generation <= generation) {
      job.abort(reason);
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
      this.#priority?.claim();
      const { facts } = this.#held;
      return Promise.resolve({ held: facts?.gangId === request.gangId ? facts : undefined });
    },
    release: async ({ gangId, generation, reason }) => ({
      released: await this.release(gangId, generation, reason || 'the gang was released'),
    }),
    runStage: (request) => this.#runStage(request),
    prepare: (request) => {
      this.#refuseWhenBusy();
      // What is kept for somebody else is left alone.
      if (this.#reservation.claim !== undefined || this.#held.facts !== undefined)
        return Promise.resolve({ prepared: true });
      this.#priority?.yield();
      return Promise.resolve({ prepared: this.#preparation.ask(request) });
    },
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
      if (request.checkpoint || request.hold) job.stop(reason, request.checkpoint);
      else job.abort(reason);
      return { stopped: true, checkpointUrl: (await job.ended).checkpointUrl };
    },
    evaluate: (request) => this.#evaluate(request),
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
        silentMs: job?.silentMs ?? 0,
        collectivesJson: JSON.stringify(job?.group?.flightRecord.slice(-16) ?? []),
        activeResources: [...new Set(process.getActiveResourcesInfo())],
        rssBytes: process.memoryUsage.rss(),
      });
    },
  };

  async *#runStage(request: RunStageRequest): AsyncGenerator<StageEventInput> {
    this.#reservation.check(request.gangId, request.generation);
    this.#priority?.claim();
    const current = this.#job;
    if (current && isNewer(request, current.request)) {
      // The gang was re-formed: what the old one still does here is of no use any more.
      current.abort(`generation ${request.generation} of the gang begins`);
      await current.ended;
    }
    await this.#preparation.stop();
    this.#refuseWhenBusy();
    yield* this.#startStage(request).events.watch();
  }

  async *#evaluate(request: EvaluateRequest): AsyncGenerator<EvaluateEventInput> {
    this.#reservation.check(request.gangId);
    this.#priority?.claim();
    const before = this.#evaluating;
    if (before?.gangId === request.gangId) {
      // The gang was re-formed: what is still under way for the one before is of no use any more.
      before.stop.abort();
      await before.ended;
    }
    await this.#preparation.stop();
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
        const facts = errorFacts(error);
        // One that leaves ends nothing: another gang may answer the questions.
        const retryable = facts.retryable || this.#draining;
        events.push({ failed: { ...facts, retryable, rank: request.rank } });
      })
      .finally(() => {
        this.#evaluating = undefined;
        events.end();
      });
    this.#evaluating = { runId: request.runId, gangId: request.gangId, stop, ended };
    yield* events;
  }

  #startStage(request: RunStageRequest): StageRecord {
    const job = new StageRecord(request, this.#log, (event) => this.#metrics?.apply(request, event));
    this.#job = job;
    job.ended = this.#work(job);
    return job;
  }

  async #work(job: StageRecord): Promise<{ checkpointUrl: string }> {
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
        emit: (event) => job.emit(event),
        shouldStop: () => job.stopReason !== undefined,
        wantsCheckpoint: () => job.wantsCheckpoint,
        held: this.#held,
        onGroup: (group) => (job.group = group),
        signal: job.signal,
        log: this.#log,
      });
      checkpointUrl = result.checkpointUrl;
      this.#log.info(`${label}: ${result.reason}`);
      if (result.reason !== 'finished')
        job.emit({
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
      job.emit({ failed: { ...errorFacts(error), rank: request.rank } });
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

function isNewer(request: RunStageRequest, current: RunStageRequest): boolean {
  if (request.runId !== current.runId) return false;
  if (request.gangId !== current.gangId) return true;
  return request.generation > current.generation;
}
