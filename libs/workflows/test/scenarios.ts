import { CancelledFailure, Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  activityFailure,
  goOnSignalName,
  pauseSignalName,
  taskQueue,
  type RunProgress,
  type TrainingActivities,
  type trainOvis,
} from '../src/index.ts';
import { config, mockActivities, withWorker } from './harness.ts';

/** A run that is worth a recorded history: it shows a path through the workflows. */
interface Scenario {
  activities: Partial<TrainingActivities>;
  /** What is done to the run while it goes on. */
  disturb?: (run: Run) => Promise<void>;
}

interface Run {
  signal: (name: string) => Promise<void>;
  cancel: () => Promise<unknown>;
  until: (check: (progress: RunProgress) => boolean) => Promise<void>;
}

const healthy = mockActivities().activities;

/** Works until it is told to end. */
const endless = async (): Promise<never> => {
  const context = Context.current();
  for (;;) {
    context.heartbeat({ step: 7 });
    await context.sleep(50);
  }
};

function once<T>(first: () => Promise<T>, then: () => Promise<T>): () => Promise<T> {
  let calls = 0;
  return () => (calls++ === 0 ? first() : then());
}

function scenarios(): Record<string, Scenario> {
  const lost = once<void>(
    () => {
      const cause = {
        code: 'PEER_LOST',
        message: 'lost rank 1',
        hint: 'h',
        retryable: true,
        lost: ['trainer-1'],
      };
      throw activityFailure({ ...cause, step: 30 });
    },
    async () => undefined,
  );
  const regroup = once<void>(
    () => {
      throw activityFailure({
        code: 'REGROUP',
        message: 'more trainers',
        hint: '',
        retryable: true,
        step: 60,
      });
    },
    async () => undefined,
  );
  const rest = once<void>(endless, async () => undefined);
  let passes = 0;
  return {
    whole: { activities: {} },
    disturbed: {
      activities: {
        driveStage: async (input) => {
          if (input.stage === 2) await lost();
          if (input.stage === 3) await regroup();
          return healthy.driveStage(input);
        },
        latestCheckpoint: async ({ stage = 1 }) => {
          const url = `file:///c/stage${stage}-step000020`;
          return { stage, step: 20, totalSteps: 300, url, complete: false, savedAt: 0 };
        },
      },
    },
    paused: {
      activities: {
        driveStage: async (input) => {
          if (input.stage === 1) await rest();
          return healthy.driveStage(input);
        },
      },
      disturb: async (run) => {
        await run.until(({ status }) => status === 'training');
        await run.signal(pauseSignalName);
        await run.until(({ status }) => status === 'paused');
        await run.signal(goOnSignalName);
      },
    },
    cancelled: {
      activities: {
        driveStage: () =>
          endless().catch((error: unknown) => {
            throw error instanceof CancelledFailure ? error : new Error('ended otherwise', { cause: error });
          }),
      },
      disturb: async (run) => {
        await run.until(({ status }) => status === 'training');
        await run.cancel();
      },
    },
    failed: {
      activities: {
        driveStage: async () => {
          throw activityFailure({
            code: 'BAD_DATA',
            message: 'sample x is bad',
            hint: 'mend it',
            retryable: false,
          });
        },
      },
    },
    // The stage goes on in new executions of its workflow.
    long: {
      activities: {
        driveStage: async (input) =>
          input.stage === 1 && passes++ < 2 ? { goesOn: true } : healthy.driveStage(input),
      },
    },
  };
}

export const scenarioNames = Object.keys(scenarios());

/** Plays a scenario. @returns the id of its run, which has ended */
export async function play(name: string, env: TestWorkflowEnvironment): Promise<string> {
  const scenario = scenarios()[name];
  if (scenario === undefined) throw new Error(`there is no scenario '${name}'`);
  const runId = `history-${name}`;
  const { activities } = mockActivities(scenario.activities);
  await withWorker(env, activities, async () => {
    const handle = await env.client.workflow.start<typeof trainOvis>('trainOvis', {
      workflowId: runId,
      taskQueue,
      args: [{ runId, config }],
    });
    await scenario.disturb?.({
      signal: (signal) => handle.signal(signal),
      cancel: () => handle.cancel(),
      until: async (check) => {
        while (!check(await handle.query<RunProgress>('progress'))) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    });
    await handle.result().catch(() => undefined);
  });
  return runId;
}
