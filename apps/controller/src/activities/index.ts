import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { trainerClient, TrainerState } from '@ovis/protocol';
import { openStorage } from '@ovis/storage';
import {
  activityFailure,
  type Gang,
  type GangMember,
  type RunReport,
  type TrainingActivities,
} from '@ovis/workflows';
import { DriveAborted, driveGang } from '../drive/drive-gang.ts';
import { DriveFailure } from '../drive/drive-failure.ts';
import type { DriveTimes } from '../drive/drive-times.ts';
import { stopGang } from '../drive/stop-gang.ts';
import { toActivityError } from '../errors.ts';
import type { RunFeed } from '../fleet/run-feed.ts';
import type { TrainerRegistry } from '../fleet/trainer-registry.ts';
import type { Log } from '../logger.ts';
import { acquireGang } from './acquire-gang.ts';
import { evaluateRun } from './evaluate-run.ts';
import { latestCheckpoint } from './latest-checkpoint.ts';

export interface ActivityDependencies {
  registry: TrainerRegistry;
  feed: RunFeed;
  log: Log;
  times: DriveTimes;
  /** Tells the run's workflow what changed. */
  report: (runId: string, report: RunReport) => Promise<void>;
  /** Ends the run's feed when the run ends. */
  follow: (runId: string) => Promise<void>;
  /** Where storage credentials come from. */
  env: NodeJS.ProcessEnv;
}

/** The controller's side of the workflows, bound to its fleet. */
export function createActivities(deps: ActivityDependencies): TrainingActivities {
  const { registry, feed, log, env } = deps;
  return {
    recordRun: translated({ log, again: true }, async (input) => {
      const storage = openStorage(input.config.storage, env);
      const record = { ...input, recordedAt: new Date().toISOString() };
      await storage.put(`${input.runId}/run.json`, `${JSON.stringify(record, null, 2)}\n`, {
        contentType: 'application/json',
      });
      feed.reset(input.runId);
      await deps.follow(input.runId);
      log.info(`${input.runId}: begins${input.resume ? ` at stage ${input.resume.stage}` : ''}`);
    }),

    acquireGang: translated({ log, again: false }, async (input) => {
      const context = Context.current();
      const heartbeat = (details: { waiting: string }) => context.heartbeat(details);
      const signal = context.cancellationSignal;
      const gang = await acquireGang(input, { registry, heartbeat, signal }).catch((error: unknown) => {
        throw abortedBy(context) ?? error;
      });
      const names = gang.trainers.map((member) => member.trainerId).join(', ');
      const fewer = gang.trainers.length < input.trainers ? ` of ${input.trainers} wanted` : '';
      feed.note(
        input.runId,
        `${input.stage === 'evaluation' ? 'evaluation' : `stage ${input.stage}`}: ${gang.trainers.length}${fewer} trainers (${names}), generation ${gang.generation}`,
        { level: fewer === '' ? 'info' : 'warn' },
      );
      return gang;
    }),

    driveStage: translated({ log, again: false }, async (input) => {
      const context = Context.current();
      try {
        return await driveGang(input, {
          registry,
          feed,
          log,
          times: deps.times,
          attempt: context.info.attempt,
          heartbeat: (details) => context.heartbeat(details),
          gotSomewhere: async () => {
            const { runId, stage, config } = input;
            const since = context.info.scheduledTimestampMs;
            return (await latestCheckpoint({ runId, storage: config.storage, stage, since }, env)) !== null;
          },
          report: (report) => deps.report(input.runId, report),
          signal: context.cancellationSignal,
          whyAborted: () =>
            context.cancellationDetails?.cancelRequested === true ? 'cancelled' : 'detached',
        });
      } catch (error) {
        if (error instanceof DriveAborted) throw abortedBy(context) ?? error;
        if (!(error instanceof DriveFailure)) throw error;
        feed.note(input.runId, `stage ${input.stage}: ${error.message}`, { level: 'error' });
        throw activityFailure(error.cause);
      }
    }),

    evaluateRun: translated({ log, again: false }, async (input) => {
      const context = Context.current();
      try {
        return await evaluateRun(input, {
          feed,
          env,
          heartbeat: (details) => context.heartbeat(details),
          heartbeatMs: deps.times.heartbeatMs,
          signal: context.cancellationSignal,
        });
      } catch (error) {
        if (context.cancellationSignal.aborted) throw abortedBy(context) ?? error;
        throw error instanceof DriveFailure ? activityFailure(error.cause) : error;
      }
    }),

    releaseGang: translated({ log, again: true }, async ({ gang, reason }) => {
      const busy = await stillAtWork(gang, registry);
      if (busy.length > 0) {
        await stopGang({ ...gang, trainers: busy }, { checkpoint: false, reason, log, deadlineMs: 20_000 });
        await stillAtWork(gang, registry);
      }
      registry.release(gang.gangId, gang.generation);
    }),

    latestCheckpoint: translated({ log, again: true }, (input) => latestCheckpoint(input, env)),
  };
}

/**
 * Members that still work for this gang. They are asked now: the last heartbeat may be a second old, and the next gang
 * would wait for the next one.
 */
async function stillAtWork(gang: Gang, registry: TrainerRegistry): Promise<GangMember[]> {
  const asked = gang.trainers.map(async (member): Promise<GangMember[]> => {
    const entry = registry.list().find(({ registration }) => registration.trainerId === member.trainerId);
    const client = trainerClient(member.grpcAddress, { deadlineMs: 2_000 });
    try {
      const { state, runId, gangId, stage, step, phase } = await client.getStatus();
      const generation = entry?.heartbeat?.generation ?? 0;
      if (entry !== undefined) registry.beat(entry, { state, runId, gangId, generation, stage, step, phase });
      return state !== TrainerState.IDLE && gangId === gang.gangId ? [member] : [];
    } catch {
      // Lost, or too busy to answer: its next heartbeat says what it does.
      return [];
    } finally {
      client.close();
    }
  });
  return (await Promise.all(asked)).flat();
}

/** What an activity that was told to end throws: cancelled for the user, or to be run again by another controller. */
function abortedBy(context: Context): Error | undefined {
  if (!context.cancellationSignal.aborted) return undefined;
  if (context.cancellationDetails?.cancelRequested === true) return new CancelledFailure('cancelled');
  return ApplicationFailure.retryable('this controller is stopping', 'CONTROLLER_STOPPING');
}

function translated<I, O>(
  o: { log: Log; again: boolean },
  activity: (input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      const known = typeof (error as { hint?: unknown } | undefined)?.hint === 'string';
      if (!known && !(error instanceof TemporalFailure)) o.log.error(stackOf(error));
      throw toActivityError(error, o);
    }
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
