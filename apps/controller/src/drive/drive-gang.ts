import { trainerClient, type StageDone, type StageEvent } from '@ovis/protocol';
import type { DriveStageInput, RunReport, StageHeartbeat, StageOutcome } from '@ovis/workflows';
import type { RunFeed } from '../fleet/run-feed.ts';
import type { TrainerRegistry } from '../fleet/trainer-registry.ts';
import type { Log } from '../logger.ts';
import { DriveFailure, reportedFailure, rootFailure, trainerStalled } from './drive-failure.ts';
import { followTrainer } from './follow-trainer.ts';
import { GangProgress } from './gang-progress.ts';
import { ReportPace } from './report-pace.ts';
import { stopGang } from './stop-gang.ts';
import type { DriveTimes } from './drive-times.ts';

export interface DriveOptions {
  registry: TrainerRegistry;
  feed: RunFeed;
  log: Log;
  times: DriveTimes;
  /** Temporal's attempt of the activity: later ones attach to what the first started. */
  attempt: number;
  heartbeat: (details: StageHeartbeat) => void;
  /** Has this gang saved a checkpoint? Asked before a later attempt starts the stage on a trainer. */
  gotSomewhere: () => Promise<boolean>;
  report: (report: RunReport) => Promise<void>;
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
export async function driveGang(input: DriveStageInput, o: DriveOptions): Promise<StageOutcome> {
  const { gang, stage, runId } = input;
  const progress = new GangProgress(gang, { totalSteps: input.config.stages[stage - 1]?.steps ?? 0 });
  const pace = new ReportPace();
  const clients = gang.trainers.map((member) => trainerClient(member.grpcAddress));
  const streams = new AbortController();
  const done = new Map<number, StageDone>();
  const failures: DriveFailure[] = [];

  const heartbeat = () => o.heartbeat(progress.heartbeat());
  const report = (milestone: boolean) => {
    if (!pace.due(milestone)) return;
    const { gangId: _, ...now } = progress.heartbeat();
    void o.report({ stage, ...withoutUndefined(now) });
  };
  const take = (rank: number, event: StageEvent) => {
    const member = gang.trainers[rank];
    if (member === undefined) return;
    const milestone = progress.apply(rank, event);
    o.feed.publish({ runId, trainerId: member.trainerId, rank, stage: event });
    if (event.event === 'done') done.set(rank, event.done);
    if (event.event === 'failed') failures.push(reportedFailure(gang, member, event.failed));
    report(milestone);
  };

  const follow = async (rank: number): Promise<void> => {
    const member = gang.trainers[rank];
    const client = clients[rank];
    if (member === undefined || client === undefined) return;
    try {
      const isAlive = () => o.registry.isAlive(member.trainerId);
      const request = requestFor(input, rank, o.attempt);
      const { gotSomewhere } = o;
      const { reattachMs } = o.times;
      for await (const event of followTrainer({
        client,
        member,
        request,
        isAlive,
        reattachMs,
        gotSomewhere,
        signal: streams.signal,
      })) {
        take(rank, event);
      }
    } catch (error) {
      if (streams.signal.aborted) return;
      if (!(error instanceof DriveFailure)) throw error;
      failures.push(error);
      o.log.warn(`${runId}: ${error.message}`);
    }
  };

  heartbeat();
  const beating = setInterval(heartbeat, o.times.heartbeatMs);
  try {
    const following = Promise.all(gang.trainers.map((_, rank) => follow(rank)));
    // A bug in a follower must surface below and not as an unhandled rejection.
    following.catch(() => {});
    await settle(following, o, () => {
      const late = progress.stalled(o.times.silence);
      if (late !== undefined && failures.length === 0) {
        failures.push(trainerStalled(late.member, late.phase, late.silentMs));
      }
      return { failed: failures.length > 0, done: done.has(0) };
    });
    const failure = rootFailure(failures);
    if (failure !== undefined) throw failure;
    return outcome(done, input);
  } catch (error) {
    if (error instanceof DriveAborted && error.why === 'cancelled') {
      const checkpoint = await stopGang(gang, {
        checkpoint: true,
        reason: 'run cancelled',
        log: o.log,
        deadlineMs: o.times.stopMs,
      });
      const saved = checkpoint ?? progress.heartbeat().checkpoint;
      await o.report({
        stage,
        generation: gang.generation,
        ...(saved === undefined ? {} : { checkpoint: saved }),
      });
    }
    throw error;
  } finally {
    clearInterval(beating);
    streams.abort();
    for (const client of clients) client.close();
  }
}

/** Waits for the followers, but not for ever once one of them has failed or rank 0 is done. */
function settle(
  following: Promise<unknown>,
  o: DriveOptions,
  look: () => { failed: boolean; done: boolean },
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let failedAt: number | undefined;
    let doneAt: number | undefined;
    const abort = () => reject(new DriveAborted(o.whyAborted()));
    const timer = setInterval(() => {
      const { failed, done } = look();
      const now = performance.now();
      if (failed) failedAt ??= now;
      if (done) doneAt ??= now;
      if (failedAt !== undefined && now - failedAt > o.times.settleMs) resolve();
      if (doneAt !== undefined && now - doneAt > o.times.lastWordMs) resolve();
    }, 100);
    following
      .then(() => resolve(), reject)
      .finally(() => {
        clearInterval(timer);
        o.signal.removeEventListener('abort', abort);
      });
    if (o.signal.aborted) abort();
    else o.signal.addEventListener('abort', abort, { once: true });
  });
}

function requestFor(input: DriveStageInput, rank: number, attempt: number) {
  const { gang, runId, stage, config, checkpointUrl, initial } = input;
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
