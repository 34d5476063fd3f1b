import { trainerClient, type StageDone, type StageEvent } from '@ovis/protocol';
import {
  gangWish,
  type DriveStageInput,
  type RunReport,
  type StageGoesOn,
  type StageHeartbeat,
  type StageOutcome,
} from '@ovis/workflows';
import { regroupReason, type Fleet } from '../fleet/gang-allocator.ts';
import type { RunFeed } from '../fleet/run-feed.ts';
import type { Log } from '../logger.ts';
import { blame, type CutMemory } from './blame.ts';
import { culpritOf, describeDiagnoses, diagnoseGang } from './diagnose-gang.ts';
import { DriveFailure, reportedFailure, rootFailure, trainerStalled } from './drive-failure.ts';
import { followTrainer } from './follow-trainer.ts';
import { GangProgress } from './gang-progress.ts';
import type { PhaseLimits } from './phase-limits.ts';
import { prepareSpares } from './prepare-spares.ts';
import { ReportPace } from './report-pace.ts';
import { stopGang } from './stop-gang.ts';
import type { DriveTimes } from './drive-times.ts';

export interface DriveOptions extends Fleet {
  feed: RunFeed;
  log: Log;
  times: DriveTimes;
  /** What was measured of this stage so far. */
  limits: PhaseLimits;
  /** Connections between live trainers that broke. */
  cuts: CutMemory;
  /** Temporal's attempt of the activity: later ones attach to what the first started. */
  attempt: number;
  heartbeat: (details: StageHeartbeat) => void;
  /** Has this gang saved a checkpoint? Asked before a later attempt starts the stage on a trainer. */
  gotSomewhere: () => Promise<boolean>;
  report: (report: RunReport) => Promise<void>;
  /** Writes a report of something that went wrong; returns where it stands. */
  saveReport: (name: string, content: object) => Promise<string>;
  /** Aborts when Temporal wants the activity to end. */
  signal: AbortSignal;
  /** Why: only the user's cancellation stops the trainers; otherwise they go on without this controller. */
  whyAborted: () => 'cancelled' | 'detached';
}

/** The activity was told to end. */
export class DriveAborted extends Error {
  override readonly name = 'DriveAborted';
  readonly why: 'cancelled' | 'detached';

  constructor(why: 'cancelled' | 'detached') {
    super(why === 'cancelled' ? 'the run was cancelled' : 'this controller stopped watching');
    this.why = why;
  }
}

/**
 * Starts (or attaches to) a stage on every trainer of the gang and watches until all are done.
 * @throws DriveFailure with the cause of the first failure, DriveAborted
 */
export async function driveGang(
  input: DriveStageInput,
  o: DriveOptions,
): Promise<StageOutcome | StageGoesOn> {
  const drive = new Drive(input, o);
  return drive.run();
}

/** One attempt to watch one generation of a gang. */
class Drive {
  readonly #input: DriveStageInput;
  readonly #o: DriveOptions;
  readonly #progress: GangProgress;
  readonly #pace = new ReportPace();
  readonly #streams = new AbortController();
  readonly #done = new Map<number, StageDone>();
  readonly #failures: DriveFailure[] = [];
  /** Ranks whose peers say that they have left. */
  readonly #missed = new Set<number>();
  #reports = 0;
  #diagnosing = false;
  #regrouping = false;
  #lookedForRegroup = 0;
  #preparing = false;
  #lookedForSpares = 0;

  constructor(input: DriveStageInput, o: DriveOptions) {
    this.#input = input;
    this.#o = o;
    this.#progress = new GangProgress(input.gang, {
      totalSteps: input.config.stages[input.stage - 1]?.steps ?? 0,
      step: input.initial ? 0 : input.startStep,
      limits: o.limits,
      onSlow: (message) => o.feed.note(input.runId, message, { level: 'warn' }),
    });
  }

  async run(): Promise<StageOutcome | StageGoesOn> {
    const { gang } = this.#input;
    const { times } = this.#o;
    this.#heartbeat();
    const beating = setInterval(() => this.#heartbeat(), times.heartbeatMs);
    try {
      const following = Promise.all(gang.trainers.map((_, rank) => this.#follow(rank)));
      // A bug in a follower must surface below and not as an unhandled rejection.
      following.catch(() => {});
      const ended = await this.#settle(following);
      if (ended === 'goes on') return { goesOn: true };
      const failure = rootFailure(this.#failures);
      if (failure !== undefined) throw this.#withConsequences(failure);
      return outcome(this.#done, this.#input);
    } catch (error) {
      if (error instanceof DriveAborted && error.why === 'cancelled') await this.#stopWithCheckpoint();
      throw error;
    } finally {
      clearInterval(beating);
      this.#streams.abort();
    }
  }

  #heartbeat(): void {
    const { gang } = this.#input;
    this.#o.registry.touch(gang.gangId, gang.generation);
    this.#o.heartbeat(this.#progress.heartbeat());
  }

  async #follow(rank: number): Promise<void> {
    const { attempt, registry, gotSomewhere, times, log } = this.#o;
    const member = this.#input.gang.trainers[rank];
    if (member === undefined) return;
    const client = trainerClient(member.grpcAddress);
    try {
      const presence = () => ({
        alive: registry.isAlive(member.trainerId),
        connected: registry.find(member.trainerId)?.connected ?? false,
        missed: this.#missed.has(rank),
      });
      for await (const event of followTrainer({
        client,
        member,
        request: requestFor(this.#input, rank, attempt),
        attach: this.#input.attach === true,
        presence,
        reattachMs: times.reattachMs,
        gotSomewhere,
        signal: this.#streams.signal,
      })) {
        this.#take(rank, event);
      }
    } catch (error) {
      if (this.#streams.signal.aborted) return;
      if (!(error instanceof DriveFailure)) throw error;
      this.#failures.push(error);
      log.warn(`${this.#input.runId}: ${error.message}`);
    } finally {
      client.close();
    }
  }

  #take(rank: number, event: StageEvent): void {
    const { gang, runId, stage } = this.#input;
    const member = gang.trainers[rank];
    if (member === undefined) return;
    const milestone = this.#progress.apply(rank, event);
    this.#o.feed.publish({ runId, trainerId: member.trainerId, rank, stage: event });
    if (event.event === 'done') this.#done.set(rank, event.done);
    if (event.event === 'failed') {
      this.#failures.push(reportedFailure(gang, member, event.failed));
      if (event.failed.peerRank !== undefined) this.#missed.add(event.failed.peerRank);
    }
    if (!this.#pace.due(milestone)) return;
    this.#reports++;
    const { gangId: _, ...now } = this.#progress.heartbeat();
    void this.#o.report({ stage, ...withoutUndefined(now) });
  }

  /** Waits for the followers, but not for ever once one of them has failed or rank 0 is done. */
  #settle(following: Promise<unknown>): Promise<'ended' | 'goes on'> {
    const { signal, times, whyAborted } = this.#o;
    return new Promise((resolve, reject) => {
      let failedAt: number | undefined;
      let doneAt: number | undefined;
      const abort = () => reject(new DriveAborted(whyAborted()));
      const timer = setInterval(() => {
        const now = performance.now();
        if (this.#failures.length > 0) failedAt ??= now;
        if (this.#done.has(0)) doneAt ??= now;
        if (failedAt !== undefined && now - failedAt > times.settleMs) resolve('ended');
        if (doneAt !== undefined && now - doneAt > times.lastWordMs) resolve('ended');
        if (failedAt !== undefined || doneAt !== undefined) return;
        if (this.#reports > times.reportsPerExecution) resolve('goes on');
        this.#lookForStall();
        this.#lookForRegroup(now);
        this.#lookForSpares(now);
      }, 100);
      following
        .then(() => resolve('ended'), reject)
        .finally(() => {
          clearInterval(timer);
          signal.removeEventListener('abort', abort);
        });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Somebody says nothing for too long: before the gang is given up, all are asked what they do. */
  #lookForStall(): void {
    const late = this.#progress.stalled();
    if (late === undefined || this.#diagnosing) return;
    this.#diagnosing = true;
    const { gang, stage } = this.#input;
    void diagnoseGang(gang).then(async (diagnoses) => {
      // It may have been on the point of going on.
      const still = this.#progress.stalled();
      this.#diagnosing = false;
      if (still === undefined || this.#failures.length > 0) return;
      const { phase, silentMs } = still;
      const culprit = culpritOf(gang, diagnoses, still.member);
      const name = `stage${stage}-generation${gang.generation}-stall.json`;
      const content = { at: new Date().toISOString(), gang, culprit, phase, silentMs, diagnoses };
      const report = await this.#o.saveReport(name, content).catch(() => '');
      const diagnosis = describeDiagnoses(diagnoses);
      this.#failures.push(trainerStalled(culprit, { phase, silentMs, diagnosis, report }));
    });
  }

  /** A gang that could be larger, or that owes trainers to a more urgent run, stops at a step and forms anew. */
  #lookForRegroup(now: number): void {
    const { times, log, feed } = this.#o;
    if (this.#regrouping || this.#progress.trainingMs < times.regroupAfterMs) return;
    if (now - this.#lookedForRegroup < 500) return;
    this.#lookedForRegroup = now;
    const { gang, config, runId, stage, submittedAt } = this.#input;
    const { gangId, generation } = gang;
    const wish = { ...gangWish(config, submittedAt), gangId, generation, runId, stage };
    const reason = regroupReason(wish, gang.trainers, this.#o);
    if (reason === undefined) return;
    this.#regrouping = true;
    feed.note(runId, `stage ${stage}: ${reason}`);
    void stopGang(gang, { hold: true, reason, log, deadlineMs: times.stopMs });
  }

  /** The cause with what the next generation must know: whom to do without, how far this one came. */
  #withConsequences(failure: DriveFailure): DriveFailure {
    const { gang } = this.#input;
    const { registry, cuts } = this.#o;
    const blamed = blame(gang, this.#failures, this.#progress.spoke, cuts);
    for (const { trainerId, restMs } of blamed) if (restMs > 0) registry.rest(trainerId, restMs);
    const lost = blamed.map(({ trainerId }) => trainerId);
    return new DriveFailure({ ...failure.cause, lost, step: this.#progress.step });
  }

  /** Free trainers get ready to take a place. Not while the gang itself is busy with its first steps. */
  #lookForSpares(now: number): void {
    const { times, registry } = this.#o;
    if (this.#preparing || this.#progress.trainingMs < times.prepareAfterMs) return;
    if (now - this.#lookedForSpares < 1_000) return;
    this.#lookedForSpares = now;
    this.#preparing = true;
    void prepareSpares(this.#input, registry).finally(() => (this.#preparing = false));
  }

  async #stopWithCheckpoint(): Promise<void> {
    const { gang, stage } = this.#input;
    const { log, times, report } = this.#o;
    const checkpoint = await stopGang(gang, {
      checkpoint: true,
      reason: 'run cancelled',
      log,
      deadlineMs: times.stopMs,
    });
    const saved = checkpoint ?? this.#progress.heartbeat().checkpoint;
    await report({
      stage,
      generation: gang.generation,
      ...(saved === undefined ? {} : { checkpoint: saved }),
    });
  }
}

function requestFor(input: DriveStageInput, rank: number, attempt: number) {
  const { gang, runId, stage, config, checkpointUrl, initial, startStep, acceptChanges } = input;
  return {
    runId,
    gangId: gang.gangId,
    generation: gang.generation,
    rank,
    world: gang.trainers.length,
    collectiveAddresses: gang.trainers.map((member) => member.collectiveAddress),
    stage,
    runConfigJson: JSON.stringify(config),
    checkpointUrl,
    initial,
    attempt,
    startStep,
    acceptChanges: acceptChanges ?? false,
  };
}

function outcome(done: Map<number, StageDone>, input: DriveStageInput): StageOutcome {
  const ranks = [...done.keys()].sort((a, b) => a - b);
  const withCheckpoint = ranks
    .map((rank) => done.get(rank))
    .find((d) => d !== undefined && d.checkpointUrl !== '');
  if (withCheckpoint === undefined) {
    throw new DriveFailure({
      code: 'NO_CHECKPOINT',
      message: `stage ${input.stage} ended on ranks ${ranks.join(', ') || 'none'} without a final checkpoint`,
      hint: 'This is a mistake in the trainer: see its log.',
      retryable: false,
    });
  }
  const first = done.get(0) ?? withCheckpoint;
  return { checkpointUrl: withCheckpoint.checkpointUrl, steps: first.steps, finalLoss: first.finalLoss };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
