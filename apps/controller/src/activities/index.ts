import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import type { RunConfig } from '@ovis/config';
import { openStorage } from '@ovis/storage';
import { activityFailure, type RunReport, type TrainingActivities } from '@ovis/workflows';
import { CutMemory } from '../drive/blame.ts';
import { DriveAborted, driveGang } from '../drive/drive-gang.ts';
import { DriveFailure } from '../drive/drive-failure.ts';
import type { DriveTimes } from '../drive/drive-times.ts';
import { PhaseLimits } from '../drive/phase-limits.ts';
import { toActivityError } from '../errors.ts';
import type { GangQueue } from '../fleet/gang-queue.ts';
import type { RunFeed } from '../fleet/run-feed.ts';
import type { TrainerRegistry } from '../fleet/trainer-registry.ts';
import type { Log } from '../logger.ts';
import { acquireGang } from './acquire-gang.ts';
import { evaluateRun } from './evaluate-run.ts';
import { latestCheckpoint } from './latest-checkpoint.ts';
import { releaseGang } from './release-gang.ts';

export interface ActivityDependencies {
  registry: TrainerRegistry;
  queue: GangQueue;
  feed: RunFeed;
  log: Log;
  times: DriveTimes;
  /** Tells the stage's workflow what changed. */
  report: (runId: string, report: RunReport) => Promise<void>;
  /** Ends the run's feed when the run ends. */
  follow: (runId: string) => Promise<void>;
  /** Where storage credentials come from. */
  env: NodeJS.ProcessEnv;
}

/** The controller's side of the workflows, bound to its fleet. */
export function createActivities(deps: ActivityDependencies): TrainingActivities {
  const { registry, queue, feed, log, env } = deps;
  const cuts = new CutMemory();
  const limits = new Map<string, PhaseLimits>();
  const limitsOf = (gangId: string): PhaseLimits => {
    const known = limits.get(gangId) ?? new PhaseLimits(deps.times.silence);
    limits.set(gangId, known);
    return known;
  };
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
      const gang = await acquireGang(input, { registry, queue, heartbeat, signal, log }).catch(
        (error: unknown) => {
          throw abortedBy(context) ?? error;
        },
      );
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
      const { runId, stage, config } = input;
      try {
        return await driveGang(input, {
          registry,
          queue,
          feed,
          log,
          times: deps.times,
          limits: limitsOf(input.gang.gangId),
          cuts,
          attempt: context.info.attempt,
          heartbeat: (details) => context.heartbeat(details),
          gotSomewhere: async () => {
            const since = context.info.scheduledTimestampMs;
            return (await latestCheckpoint({ runId, storage: config.storage, stage, since }, env)) !== null;
          },
          report: (report) => deps.report(runId, report),
          saveReport: (name, content) => saveReport({ config, runId, name, content }, env),
          signal: context.cancellationSignal,
          whyAborted: () =>
            context.cancellationDetails?.cancelRequested === true ? 'cancelled' : 'detached',
        });
      } catch (error) {
        if (error instanceof DriveAborted) throw abortedBy(context) ?? error;
        if (!(error instanceof DriveFailure)) throw error;
        const level = error.cause.code === 'REGROUP' ? 'info' : 'error';
        feed.note(runId, `stage ${stage}: ${error.message}`, { level });
        throw activityFailure(error.cause);
      }
    }),

    evaluateRun: translated({ log, again: false }, async (input) => {
      const context = Context.current();
      try {
        return await evaluateRun(input, {
          feed,
          env,
          heartbeat: (details) => {
            registry.touch(input.gang.gangId, input.gang.generation);
            context.heartbeat(details);
          },
          heartbeatMs: deps.times.heartbeatMs,
          signal: context.cancellationSignal,
        });
      } catch (error) {
        if (context.cancellationSignal.aborted) throw abortedBy(context) ?? error;
        throw error instanceof DriveFailure ? activityFailure(error.cause) : error;
      }
    }),

    releaseGang: translated({ log, again: true }, async (input) => {
      await releaseGang(input, { registry, log });
      cuts.forget(input.gangId);
      limits.delete(input.gangId);
    }),

    latestCheckpoint: translated({ log, again: true }, (input) => latestCheckpoint(input, env)),
  };
}

/** Writes a report beside the results of a run. @returns its URL */
async function saveReport(
  o: { config: RunConfig; runId: string; name: string; content: object },
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const key = `${o.runId}/reports/${o.name}`;
  const storage = openStorage(o.config.storage, env);
  await storage.put(key, `${JSON.stringify(o.content, null, 2)}\n`, { contentType: 'application/json' });
  return `${storage.url}/${key}`;
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
