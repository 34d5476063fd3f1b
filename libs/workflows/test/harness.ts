import { readFileSync } from 'node:fs';
import { parseRunConfig, type RunConfig } from '@ovis/config';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows, taskQueue, type Gang, type TrainingActivities } from '../src/index.ts';
import { temporalPath } from './temporal-server.ts';

export { temporalMissing } from './temporal-server.ts';

export const config: RunConfig = parseRunConfig(
  readFileSync(new URL('../fixtures/run.yaml', import.meta.url), 'utf8'),
);

export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  return TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: temporalPath } },
  });
}

export interface Calls {
  name: keyof TrainingActivities;
  input: Record<string, unknown>;
}

/** Activities of a healthy cluster that remember their calls; a test replaces the ones it is about. */
export function mockActivities(changes: Partial<TrainingActivities> = {}): {
  activities: TrainingActivities;
  calls: Calls[];
} {
  const calls: Calls[] = [];
  const healthy: TrainingActivities = {
    recordRun: async () => undefined,
    acquireGang: async ({ gangId, generation }) => gangOf(gangId, generation),
    driveStage: async ({ runId, stage, config: run }) => ({
      checkpointUrl: `s3://ovis/runs/${runId}/checkpoints/stage${stage}-end`,
      steps: run.stages[stage - 1]?.steps ?? 0,
      finalLoss: 1 / stage,
    }),
    evaluateRun: async ({ runId }) => ({ resultUrl: `s3://ovis/runs/${runId}/evaluation/result.json` }),
    releaseGang: async () => undefined,
    latestCheckpoint: async () => null,
  };
  const merged = { ...healthy, ...changes };
  const activities = Object.fromEntries(
    Object.entries(merged).map(([name, run]) => [
      name,
      (input: never) => {
        calls.push({ name: name as keyof TrainingActivities, input });
        return run(input);
      },
    ]),
  ) as unknown as TrainingActivities;
  return { activities, calls };
}

export function gangOf(gangId: string, generation: number, size = 2): Gang {
  return {
    gangId,
    generation,
    trainers: Array.from({ length: size }, (_, rank) => ({
      trainerId: `trainer-${rank}`,
      rank,
      grpcAddress: `127.0.0.1:${7000 + rank}`,
      collectiveAddress: `127.0.0.1:${8000 + rank}`,
    })),
  };
}

/** Runs `work` beside a worker with these activities. */
export async function withWorker<T>(
  env: TestWorkflowEnvironment,
  activities: TrainingActivities,
  work: () => Promise<T>,
): Promise<T> {
  const { codePath } = await bundleWorkflows();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath },
    activities,
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
  });
  return worker.runUntil(work);
}
