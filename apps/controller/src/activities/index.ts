import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { openStorage } from '@ovis/storage';
import { activityFailure, type RunReport, type TrainingActivities } from '@ovis/workflows';
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
    recordRun: translated({ again: true }, async (input) => {
      const storage = openStorage(input.config.storage, env);
      const record = { ...input, recordedAt: new Date().toISOString() };
      await storage.put(`${input.runId}/run.json`, `${JSON.stringify(record, null, 2)}\n`, {
        contentType: 'application/json',
      });
      feed.reset(input.runId);
      await deps.follow(input.runId);
      log.info(`${input.runId}: begins${input.resume ? ` at stage ${input.resume.stage}` : ''}`);
    }),

    acquireGang: translated({ again: false }, async (input) => {
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

    driveStage: translated({ again: false }, async (input) => {
      const context = Context.current();
      try {
        return await driveGang(input, {
          registry,
          feed,
          log,
          times: deps.times,
          attempt: context.info.attempt,
          heartbeat: (details) => context.heartbeat(details),
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

    evaluateRun: translated({ again: false }, async (input) => {
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

    releaseGang: translated({ again: true }, async ({ gang, reason }) => {
      const busy = gang.trainers.filter(
        (member) => registry.isAlive(member.trainerId) && worksFor(registry, member.trainerId, gang.gangId),
      );
      if (busy.length > 0)
        await stopGang({ ...gang, trainers: busy }, { checkpoint: false, reason, log, deadlineMs: 20_000 });
      registry.release(gang.gangId, gang.generation);
    }),

    latestCheckpoint: translated({ again: true }, (input) => latestCheckpoint(input, env)),
  };
}

function worksFor(registry: TrainerRegistry, trainerId: string, gangId: string): boolean {
  const entry = registry.list().find(({ registration }) => registration.trainerId === trainerId);
  return entry?.heartbeat?.gangId === gangId && entry.idleSince === undefined;
}

/** What an activity that was told to end throws: cancelled for the user, or to be run again by another controller. */
function abortedBy(context: Context): Error | undefined {
  if (!context.cancellationSignal.aborted) return undefined;
  if (context.cancellationDetails?.cancelRequested === true) return new CancelledFailure('cancelled');
  return ApplicationFailure.retryable('this controller is stopping', 'CONTROLLER_STOPPING');
}

function translated<I, O>(
  o: { again: boolean },
  activity: (input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw toActivityError(error, o);
    }
  };
}
