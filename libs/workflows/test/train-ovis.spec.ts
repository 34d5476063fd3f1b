import { CancelledFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activityFailure,
  failureCause,
  stageWorkflowId,
  taskQueue,
  type RunProgress,
  type trainOvis,
  type TrainInput,
} from '../src/index.ts';
import { config, gangOf, mockActivities, startTemporal, temporalMissing, withWorker } from './harness.ts';

const peerLost = activityFailure({
  code: 'PEER_LOST',
  message: 'rank 1 (trainer-1) closed its connection in step 120',
  hint: 'See the log of trainer-1.',
  retryable: true,
  rank: 0,
  peerRank: 1,
});

describe.skipIf(temporalMissing !== '')(`trainOvis${temporalMissing}`, () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await startTemporal();
  });
  afterAll(() => env?.teardown());

  let runs = 0;
  type Handle = WorkflowHandleWithFirstExecutionRunId<typeof trainOvis>;
  function start(input: Partial<TrainInput> = {}): Promise<Handle> {
    const runId = `icons-${++runs}`;
    return env.client.workflow.start<typeof trainOvis>('trainOvis', {
      workflowId: runId,
      taskQueue,
      args: [{ runId, config, ...input }],
    });
  }
  const progressOf = (handle: Handle) => handle.query<RunProgress>('progress');
  async function until(handle: Handle, check: (progress: RunProgress) => boolean): Promise<RunProgress> {
    for (;;) {
      const progress = await progressOf(handle);
      if (check(progress)) return progress;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  async function causeOf(handle: Handle) {
    const error: unknown = await handle.result().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof WorkflowFailedError))
      throw new Error(`expected a failed workflow, got ${String(error)}`);
    return failureCause(error.cause);
  }

  it('runs the stages in order, each on the checkpoint of the one before, then evaluates', async () => {
    const { activities, calls } = mockActivities();
    await withWorker(env, activities, async () => {
      const handle = await start();
      const result = await handle.result();
      const runId = handle.workflowId;
      expect(
        result.stages.map(({ stage, generations, trainers }) => ({ stage, generations, trainers })),
      ).toEqual([1, 2, 3].map((stage) => ({ stage, generations: 1, trainers: ['trainer-0', 'trainer-1'] })));
      expect(result.resultUrl).toBe(`s3://ovis/runs/${runId}/evaluation/result.json`);
      const drives = calls.filter((call) => call.name === 'driveStage').map((call) => call.input);
      expect(drives.map(({ checkpointUrl, initial }) => [checkpointUrl, initial])).toEqual([
        ['', true],
        [`s3://ovis/runs/${runId}/checkpoints/stage1-end`, true],
        [`s3://ovis/runs/${runId}/checkpoints/stage2-end`, true],
      ]);
      expect(calls.filter((call) => call.name === 'releaseGang')).toHaveLength(4);
      expect(await progressOf(handle)).toMatchObject({
        status: 'completed',
        stage: 3,
        step: 300,
        checkpoint: `s3://ovis/runs/${runId}/checkpoints/stage3-end`,
        stages: [{ status: 'done', finalLoss: 1 }, { status: 'done' }, { status: 'done' }],
      });
    });
  });

  it('forms the gang again after a lost peer and goes on from the latest checkpoint', async () => {
    let lost = 0;
    const mock = mockActivities();
    const { activities, calls } = mockActivities({
      driveStage: async (input) => {
        if (input.stage === 2 && lost++ === 0) throw peerLost;
        return mock.activities.driveStage(input);
      },
      latestCheckpoint: async () => ({
        stage: 2,
        step: 100,
        totalSteps: 300,
        url: 's3://ovis/runs/x/checkpoints/stage2-step000100',
        complete: false,
        savedAt: 0,
      }),
    });
    await withWorker(env, activities, async () => {
      const result = await (await start()).result();
      expect(result.stages[1]?.generations).toBe(2);
    });
    const drives = calls.filter((call) => call.name === 'driveStage').map((call) => call.input);
    expect(drives).toHaveLength(4);
    expect(drives[2]).toMatchObject({
      checkpointUrl: 's3://ovis/runs/x/checkpoints/stage2-step000100',
      initial: false,
      gang: { generation: 2 },
    });
    // The gang is held over its generations.
    expect(calls.filter((call) => call.name === 'releaseGang')).toHaveLength(4);
  });

  it('takes a stage as done when it was lost after its final checkpoint', async () => {
    const mock = mockActivities();
    const { activities, calls } = mockActivities({
      driveStage: async (input) => {
        if (input.stage === 1) throw peerLost;
        return mock.activities.driveStage(input);
      },
      latestCheckpoint: async () => ({
        stage: 1,
        step: 400,
        totalSteps: 400,
        url: 'file:///c/end',
        complete: true,
        loss: 2,
        savedAt: 0,
      }),
    });
    await withWorker(env, activities, async () => {
      const result = await (await start()).result();
      expect(result.stages[0]).toMatchObject({ checkpointUrl: 'file:///c/end', steps: 400, finalLoss: 2 });
    });
    expect(calls.filter((call) => call.name === 'driveStage')).toHaveLength(3);
  });

  it('gives up when the same place fails again and again, and says how to go on', async () => {
    const { activities, calls } = mockActivities({
      driveStage: async () => {
        throw peerLost;
      },
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      const cause = await causeOf(handle);
      expect(cause).toMatchObject({ code: 'PEER_LOST', peerRank: 1 });
      expect(cause.message).toBe(
        'stage 1: rank 1 (trainer-1) closed its connection in step 120 (after 4 generations)',
      );
      expect(cause.hint).toContain(`ovis resume ${handle.workflowId}`);
      expect(await progressOf(handle)).toMatchObject({
        status: 'failed',
        error: { code: 'PEER_LOST' },
        stages: [{ status: 'stopped' }, { status: 'pending' }, {}],
      });
    });
    expect(calls.filter((call) => call.name === 'driveStage')).toHaveLength(4);
    expect(calls.filter((call) => call.name === 'releaseGang')).toHaveLength(1);
  });

  it('fails when the gang cannot form, without trying to train, and takes its wish back', async () => {
    const { activities, calls } = mockActivities({
      acquireGang: async () => {
        throw activityFailure({
          code: 'GANG_UNAVAILABLE',
          message: 'needs 2 trainers, 1 alive: trainer-0 (idle)',
          hint: 'Start another trainer.',
          retryable: false,
        });
      },
    });
    await withWorker(env, activities, async () => {
      expect(await causeOf(await start())).toMatchObject({
        code: 'GANG_UNAVAILABLE',
        message: 'stage 1: needs 2 trainers, 1 alive: trainer-0 (idle)',
        hint: 'Start another trainer.',
      });
    });
    // The answer of a controller may be lost that has reserved trainers all the same.
    expect(calls.map((call) => call.name)).toEqual(['recordRun', 'acquireGang', 'releaseGang']);
  });

  it.each(['BAD_CONFIG', 'BAD_DATA', 'NO_BUCKET'])('fails at once on %s', async (code) => {
    const { activities, calls } = mockActivities({
      driveStage: async () => {
        throw activityFailure({ code, message: 'the reason', hint: 'the cure', retryable: false });
      },
    });
    await withWorker(env, activities, async () => {
      expect(await causeOf(await start())).toMatchObject({
        code,
        message: 'stage 1: the reason',
        hint: 'the cure',
      });
    });
    expect(calls.map((call) => call.name)).toEqual(['recordRun', 'acquireGang', 'driveStage', 'releaseGang']);
  });

  it('lets Temporal retry what only the controller failed at', async () => {
    let tries = 0;
    const mock = mockActivities();
    const { activities, calls } = mockActivities({
      driveStage: async (input) => {
        if (tries++ === 0) throw new Error('controller is stopping');
        return mock.activities.driveStage(input);
      },
    });
    await withWorker(env, activities, async () => {
      const result = await (await start()).result();
      expect(result.stages[0]?.generations).toBe(1);
    });
    expect(calls.filter((call) => call.name === 'driveStage')).toHaveLength(4);
  });

  it('cancels: the stage stops with a checkpoint and the trainers are released', async () => {
    const { activities, calls } = mockActivities({
      driveStage: async ({ runId, gang }) => {
        const context = Context.current();
        try {
          for (;;) {
            context.heartbeat({ step: 7 });
            await context.sleep(50);
          }
        } catch (error) {
          if (!(error instanceof CancelledFailure)) throw error;
          const stage = env.client.workflow.getHandle(stageWorkflowId(runId, 1));
          await stage.signal('report', {
            stage: 1,
            generation: gang.generation,
            checkpoint: 'file:///c/stage1-step000007',
          });
          throw error;
        }
      },
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      await until(handle, (progress) => progress.status === 'training');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(await progressOf(handle)).toMatchObject({
        status: 'cancelled',
        checkpoint: 'file:///c/stage1-step000007',
      });
    });
    expect(calls.at(-1)?.name).toBe('releaseGang');
  });

  it('resumes in the middle of a stage under the same id', async () => {
    const { activities, calls } = mockActivities({
      driveStage: async () => {
        throw activityFailure({ code: 'BAD_DATA', message: 'bad', hint: 'fix', retryable: false });
      },
    });
    let handle!: Handle;
    await withWorker(env, activities, async () => {
      handle = await start();
      await causeOf(handle);
    });
    expect(calls.filter((call) => call.name === 'driveStage')).toHaveLength(1);

    const second = mockActivities();
    await withWorker(env, second.activities, async () => {
      const runId = handle.workflowId;
      const resumed = await env.client.workflow.start<typeof trainOvis>('trainOvis', {
        workflowId: runId,
        taskQueue,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        args: [
          {
            runId,
            config,
            resume: { stage: 2, checkpointUrl: 'file:///c/stage2-step000100', initial: false, step: 100 },
          },
        ],
      });
      const result = await resumed.result();
      expect(result.stages.map(({ stage }) => stage)).toEqual([2, 3]);
      expect((await progressOf(resumed)).stages.map(({ status }) => status)).toEqual([
        'before',
        'done',
        'done',
      ]);
    });
    const drives = second.calls.filter((call) => call.name === 'driveStage').map((call) => call.input);
    expect(drives[0]).toMatchObject({
      stage: 2,
      checkpointUrl: 'file:///c/stage2-step000100',
      initial: false,
    });
    expect(drives[1]).toMatchObject({ stage: 3, initial: true });
  });

  it('a stage that is resumed a moment later has a gang of another name', async () => {
    const { activities, calls } = mockActivities({
      driveStage: async () => {
        throw activityFailure({ code: 'BAD_DATA', message: 'bad', hint: 'fix', retryable: false });
      },
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      await causeOf(handle);
      const runId = handle.workflowId;
      const again = await env.client.workflow.start<typeof trainOvis>('trainOvis', {
        ...{ workflowId: runId, taskQueue, workflowIdReusePolicy: 'ALLOW_DUPLICATE' },
        args: [{ runId, config, resume: { stage: 1, checkpointUrl: '', initial: true, step: 0 } }],
      });
      await causeOf(again);
    });
    const gangs = calls.filter(({ name }) => name === 'acquireGang').map(({ input }) => input);
    const ids = (gangs as { gangId: string }[]).map(({ gangId }) => gangId);
    expect(ids).toHaveLength(2);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('shows reports of the current gang and ignores those of one that is gone', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const mock = mockActivities();
    const { activities } = mockActivities({
      acquireGang: async ({ gangId, generation }) => gangOf(gangId, generation + 4, 1),
      driveStage: async (input) => {
        await finished;
        return mock.activities.driveStage(input);
      },
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      await until(handle, (progress) => progress.status === 'training');
      await handle.signal('report', { stage: 1, generation: 5, step: 12, loss: 3.5 });
      await handle.signal('report', { stage: 1, generation: 4, step: 99, loss: 9 });
      await handle.signal('report', { stage: 3, generation: 5, step: 77 });
      expect(await progressOf(handle)).toMatchObject({
        step: 12,
        loss: 3.5,
        totalSteps: 400,
        trainers: [{ trainerId: 'trainer-0' }],
      });
      finish();
      await handle.result();
    });
  });

  it('a long stage goes on in new executions of its workflow, with its gang', async () => {
    let passes = 0;
    const mock = mockActivities();
    const { activities, calls } = mockActivities({
      driveStage: async (input) =>
        input.stage === 1 && passes++ < 2 ? { goesOn: true } : mock.activities.driveStage(input),
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      const result = await handle.result();
      expect(result.stages[0]).toMatchObject({ generations: 1, trainers: ['trainer-0', 'trainer-1'] });
    });
    const first = calls.filter(({ input }) => input['stage'] === 1);
    expect(first.map(({ name }) => name)).toEqual(['acquireGang', 'driveStage', 'driveStage', 'driveStage']);
    expect(first.slice(1).map(({ input }) => input['attach'])).toEqual([undefined, true, true]);
    expect(calls.filter(({ name }) => name === 'releaseGang')).toHaveLength(4);
  });

  it('asks for the survivors by rank and gives up those that are lost', async () => {
    let tries = 0;
    const mock = mockActivities();
    const { activities, calls } = mockActivities({
      driveStage: async (input) => {
        if (tries++ > 0) return mock.activities.driveStage(input);
        const cause = { code: 'TRAINER_LOST', message: 'gone', hint: '', retryable: true };
        throw activityFailure({ ...cause, lost: ['trainer-1'] });
      },
    });
    await withWorker(env, activities, async () => void (await (await start()).result()));
    const [first, second] = calls.filter(({ name }) => name === 'acquireGang').map(({ input }) => input);
    expect(first).toMatchObject({ generation: 1, lost: [], priority: 0, trainers: 2, minTrainers: 1 });
    expect(first?.['previous']).toBeUndefined();
    expect(second).toMatchObject({
      generation: 2,
      lost: ['trainer-1'],
      previous: [{ trainerId: 'trainer-0', rank: 0 }, { trainerId: 'trainer-1' }],
    });
  });

  it("the run's history stays short however much its stage hears", async () => {
    const reports = 500;
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const mock = mockActivities();
    const { activities } = mockActivities({
      driveStage: async (input) => {
        await finished;
        return mock.activities.driveStage(input);
      },
    });
    await withWorker(env, activities, async () => {
      const handle = await start();
      await until(handle, (progress) => progress.status === 'training');
      const stage = env.client.workflow.getHandle(stageWorkflowId(handle.workflowId, 1));
      for (let step = 1; step <= reports; step++)
        await stage.signal('report', { stage: 1, generation: 1, step });
      await expect.poll(async () => (await stage.query<{ step: number }>('progress')).step).toBe(reports);
      const { historyLength } = await handle.describe();
      expect(historyLength).toBeLessThan(1_200);
      expect((await progressOf(handle)).step).toBeGreaterThan(100);
      finish();
      await handle.terminate();
    });
  });
});
