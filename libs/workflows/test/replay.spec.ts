import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../src/index.ts';
import { recordings, type RecordedHistory } from './histories.ts';

let codePath: string;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  ({ codePath } = await bundleWorkflows());
}, 120_000);

const replay = (history: unknown) => Worker.runReplayHistory({ workflowBundle: { codePath } }, history);

describe.each(recordings())('histories of $name', ({ histories }) => {
  it.each(histories)('$scenario: $workflowId goes on with the code of today', async ({ history }) => {
    await replay(history);
  });
});

it('a workflow that decides otherwise than the history is found', async () => {
  const [first] = recordings();
  const whole = (first?.histories ?? []).find(({ scenario, workflowId }) => {
    return scenario === 'whole' && workflowId.endsWith('/stage-1');
  }) as RecordedHistory;
  const changed = structuredClone(whole.history) as {
    events: Record<string, { activityType?: { name: string } }>[];
  };
  for (const event of changed.events) {
    const { activityType } = event['activityTaskScheduledEventAttributes'] ?? {};
    if (activityType?.name === 'driveStage') activityType.name = 'evaluateRun';
  }
  await expect(replay(changed)).rejects.toThrow(/[Nn]ondeterminism|DeterminismViolation|does not match/);
});
