import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { listCheckpoints } from '@ovis/checkpoint';
import { fleetClient, StageSource, trainerClient, TrainerState } from '@ovis/protocol';
import { stageWorkflowId, type TrainResult } from '@ovis/workflows';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isListening,
  ovis,
  RunRecorder,
  startTestCluster,
  waitUntil,
  type TestCluster,
} from '../src/index.ts';

let at: TestCluster;
let temporal: Client;
/** How often the supervisor has started trainer-2 again; it does so once. */
let restarts = 0;
const gaveUp: string[] = [];
const recorders: RunRecorder[] = [];
let byHand: ChildProcess | undefined;

beforeAll(async () => {
  at = await startTestCluster({ trainers: 2, restarts: 1 });
  at.cluster.onTrainerEvent((event) => {
    if (event.type === 'restarting' && event.name === 'trainer-2') restarts++;
    if (event.type === 'gave-up') gaveUp.push(event.message);
  });
  const connection = await Connection.connect({ address: at.cluster.temporalAddress });
  temporal = new Client({ connection });
});
afterAll(async () => {
  byHand?.kill('SIGKILL');
  await Promise.all(recorders.map((recorder) => recorder.stop()));
  await temporal?.connection.close();
  await at?.stop();
});

/** Options of a run whose second stage is long enough to be disturbed. */
const longStage2 = set('stages.1.steps=80', 'stages.1.checkpointEvery=10');

function set(...changes: string[]): string[] {
  return changes.flatMap((change) => ['--set', change]);
}

function record(runId: string): RunRecorder {
  const recorder = new RunRecorder(at.cluster.fleetAddress, runId);
  recorders.push(recorder);
  return recorder;
}

function pidOf(name: string): number {
  const found = at.cluster.processes().find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} does not run`);
  return found.pid;
}

async function trainers() {
  const client = fleetClient(at.cluster.fleetAddress, { deadlineMs: 5_000 });
  try {
    return await client.listTrainers();
  } finally {
    client.close();
  }
}

async function idleTrainers(): Promise<string[]> {
  const idle = (await trainers()).filter(
    ({ connected, heartbeat }) => connected && heartbeat?.state === TrainerState.IDLE,
  );
  return idle.map(({ registration }) => registration?.trainerId ?? '');
}

/** The last checkpoint of a run: hashes of its weights and optimizer. */
async function lastHashes(runId: string): Promise<Record<string, string>> {
  const last = (await listCheckpoints(at.runs, `${runId}/checkpoints`)).at(-1);
  const files = Object.entries(last?.files ?? {}).filter(([name]) => name.endsWith('.safetensors'));
  return Object.fromEntries(files.map(([name, { sha256 }]) => [name, sha256]));
}

async function resultOf(runId: string): Promise<TrainResult> {
  return (await temporal.workflow.getHandle(runId).result()) as TrainResult;
}

/** A run that nothing disturbs, made once: what the others must equal. */
let undisturbedRun: Promise<{ recorder: RunRecorder; submitted: string; watched: string }> | undefined;
function undisturbed() {
  return (undisturbedRun ??= (async () => {
    const recorder = record('whole');
    const submitted = await ovis(['submit', at.runFile, '--id', 'whole', ...longStage2], at.env);
    expect(submitted).toMatchObject({ code: 0, err: '' });
    const watched = await ovis(['watch', 'whole'], at.env);
    expect(watched).toMatchObject({ code: 0 });
    await recorder.stop();
    return { recorder, submitted: submitted.out, watched: watched.out };
  })());
}

describe('a run', () => {
  it('is submitted, watched and completes: three stages, child workflows, checkpoints and a result in S3', async () => {
    const { recorder, submitted, watched } = await undisturbed();
    expect(submitted).toMatch(/^started +whole$/m);
    expect(submitted).toMatch(/^follow it +ovis watch whole$/m);
    // The watcher may come late, when stage 1 of six steps is over.
    expect(watched).toMatch(/^stage 2 .*checkpoint at step 80: s3:/m);
    expect(watched).toMatch(/^completed +whole$/m);
    expect([...recorder.losses.keys()]).toHaveLength(6 + 80 + 6);

    const status = await ovis(['status', 'whole'], at.env);
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^status +completed/m);
    expect(status.out).toMatch(/^stage 3 +done, 6 steps, final loss \d/m);
    const resultUrl = /^result +(\S+)$/m.exec(status.out)?.[1] ?? '';
    expect(resultUrl).toBe(`${at.runs.url}/whole/evaluation/result.json`);
    const result: unknown = JSON.parse(
      Buffer.from(await at.runs.get('whole/evaluation/result.json')).toString(),
    );
    expect(result).toMatchObject({ runId: 'whole', questions: 12 });

    const checkpoints = await listCheckpoints(at.runs, 'whole/checkpoints');
    expect(checkpoints.map(({ stage, step }) => [stage, step])).toEqual([
      [1, 3],
      [1, 6],
      ...[10, 20, 30, 40, 50, 60, 70, 80].map((step) => [2, step]),
      [3, 3],
      [3, 6],
    ]);
    for (const stage of [1, 2, 3]) {
      const child = await temporal.workflow.getHandle(stageWorkflowId('whole', stage)).describe();
      expect(child.status.name).toBe('COMPLETED');
      expect(child.parentExecution?.workflowId).toBe('whole');
    }
  });

  it('is not resumed once complete, nor submitted a second time', async () => {
    await undisturbed();
    const [resumed, again] = await Promise.all([
      ovis(['resume', 'whole'], at.env),
      ovis(['submit', at.runFile, '--id', 'whole', ...longStage2], at.env),
    ]);
    expect(resumed.code).toBe(1);
    expect(resumed.err).toContain("run 'whole' is complete: there is nothing to resume");
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/error: run 'whole' has 12 checkpoints in s3:.*\n {2}fix: /);
  });
});

describe('a trainer that is killed in stage 2', () => {
  it('is started again: the gang forms anew and goes on with the very losses of an undisturbed run', async () => {
    const { recorder: whole } = await undisturbed();
    const recorder = record('failover');
    // It waits for the second trainer: the same gang computes the same numbers.
    const both = set('gang.minTrainers=2');
    await ovis(['submit', at.runFile, '--id', 'failover', ...longStage2, ...both], at.env);
    await waitUntil('a checkpoint of stage 2', () => recorder.checkpoints.find(({ stage }) => stage === 2));
    process.kill(pidOf('trainer-2'), 'SIGKILL');
    const watched = await ovis(['watch', 'failover'], at.env);
    expect(watched).toMatchObject({ code: 0 });
    await recorder.stop();

    const started = recorder.starts.filter(({ stage }) => stage === 2);
    const last = started.at(-1);
    expect(last?.generation).toBeGreaterThan(1);
    // Rank 0 has gone on from its memory, not from a checkpoint: no step is done twice.
    expect(last?.source).toBe(StageSource.MEMORY);
    expect(recorder.repeatedSteps).toBe(0);
    expect(new Set(recorder.starts.filter(({ stage }) => stage === 1).map((s) => s.generation))).toEqual(
      new Set([1]),
    );
    // Bit for bit: the same world, so the same sums.
    expect(recorder.losses).toEqual(whole.losses);
    expect(await lastHashes('failover')).toEqual(await lastHashes('whole'));
    expect(Object.keys(await lastHashes('failover'))).toHaveLength(5);
    expect(restarts).toBe(1);
  });

  it('and does not come back: the run fails and says what is missing; resume goes on when it is there again', async () => {
    await undisturbed();
    while (restarts < 1) {
      const before = restarts;
      process.kill(pidOf('trainer-2'), 'SIGKILL');
      await waitUntil('trainer-2 is started again', () => restarts > before);
    }
    await waitUntil('two idle trainers', async () => (await idleTrainers()).length === 2);

    const recorder = record('shortage');
    const strict = set('gang.minTrainers=2', 'gang.waitSeconds=3');
    await ovis(['submit', at.runFile, '--id', 'shortage', ...longStage2, ...strict], at.env);
    await waitUntil('a checkpoint of stage 2', () => recorder.checkpoints.find(({ stage }) => stage === 2));
    process.kill(pidOf('trainer-2'), 'SIGKILL');
    const watched = await ovis(['watch', 'shortage'], at.env);
    expect(watched.code).toBe(1);
    expect(watched.err).toMatch(
      /run 'shortage' failed: stage 2: needs 2 trainers, 1 alive: trainer-1 \(kept for this run\), trainer-2 \(lost \d+ s ago\); waited 3 s/,
    );
    expect(watched.err).toMatch(/fix: Start more trainers .*ovis resume shortage/);
    expect(gaveUp.join()).toMatch(/^trainer-2 ended with SIGKILL and is not started again: 1 restarts/);
    const status = await ovis(['status', 'shortage'], at.env);
    expect(status.out).toMatch(/^error +GANG_UNAVAILABLE: stage 2: needs 2 trainers/m);
    await recorder.stop();

    byHand = startTrainer('trainer-2');
    await waitUntil('two idle trainers', async () => (await idleTrainers()).length === 2);
    const again = record('shortage');
    const resumed = await ovis(['resume', 'shortage', '--wait'], at.env);
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    await again.stop();
    expect(resumed.out).toMatch(/^found +stage 1 step 6 of 6, complete$/m);
    const step = Number(
      /^resume +restores weights, .* goes on in stage 2 after step (\d+)$/m.exec(resumed.out)?.[1],
    );
    expect(step).toBeGreaterThanOrEqual(10);
    const started = again.starts.filter(({ generation }) => generation === 1);
    expect(started.filter(({ stage }) => stage === 2).at(-1)?.firstStep).toBe(step);
    const { stages } = await resultOf('shortage');
    expect(stages.map(({ stage }) => stage)).toEqual([2, 3]);
    expect(await lastHashes('shortage')).toEqual(await lastHashes('whole'));
  });
});

describe('a run that is cancelled in stage 1', () => {
  it('saves a checkpoint, its trainers are idle, and resume goes on behind it', async () => {
    const recorder = record('cancelled');
    const long = set('stages.0.steps=400', 'stages.0.checkpointEvery=400');
    await ovis(['submit', at.runFile, '--id', 'cancelled', ...long], at.env);
    await waitUntil('some steps', () => (recorder.lastStep?.step ?? 0) > 3);
    const cancelled = await ovis(['cancel', 'cancelled'], at.env);
    expect(cancelled).toMatchObject({ code: 0, err: '' });
    const step = Number(
      /^cancelled +cancelled; last checkpoint .*\/stage1-step0*(\d+)$/m.exec(cancelled.out)?.[1],
    );
    expect(step).toBeGreaterThan(3);
    expect(step).toBeLessThan(400);
    expect(await idleTrainers()).toHaveLength(2);
    const saved = await listCheckpoints(at.runs, 'cancelled/checkpoints');
    expect(saved.map((checkpoint) => checkpoint.step)).toEqual([step]);
    await recorder.stop();

    const again = record('cancelled');
    const resumed = await ovis(['resume', 'cancelled', '--wait'], at.env);
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    expect(resumed.out).toContain(`goes on in stage 1 after step ${step}`);
    await again.stop();
    expect(again.starts.at(-1)?.stage).toBe(3);
    expect((await resultOf('cancelled')).stages.map(({ stage }) => stage)).toEqual([1, 2, 3]);
  });
});

describe('a controller that is killed during a stage', () => {
  it('is started again and finds the trainers at work: the run completes without a new gang', async () => {
    const recorder = record('orphaned');
    const long = set('stages.1.steps=400', 'stages.1.checkpointEvery=200');
    await ovis(['submit', at.runFile, '--id', 'orphaned', ...long], at.env);
    await waitUntil('a step of stage 2', () => recorder.lastStep?.stage === 2);
    const pids = [pidOf('controller'), pidOf('trainer-1')];
    const address = (await trainers()).find((t) => t.registration?.trainerId === 'trainer-1')?.registration;
    const trainer = trainerClient(address?.grpcAddress ?? '', { deadlineMs: 5_000 });
    process.kill(pids[0] ?? 0, 'SIGKILL');
    const { step } = await trainer.getStatus();
    await waitUntil('more steps', async () => (await trainer.getStatus()).step > step + 3);
    trainer.close();
    // The new controller is not there yet.
    expect(await isListening(at.cluster.fleetAddress)).toBe(false);
    const watched = await ovis(['watch', 'orphaned'], at.env);
    expect(watched).toMatchObject({ code: 0 });
    expect(pidOf('controller')).not.toBe(pids[0]);
    expect(pidOf('trainer-1')).toBe(pids[1]);
    const { stages } = await resultOf('orphaned');
    expect(stages.map(({ stage, steps, generations }) => [stage, steps, generations])).toEqual([
      [1, 6, 1],
      [2, 400, 1],
      [3, 6, 1],
    ]);
    await recorder.stop();
  });
});

/** A trainer as another machine would run it. */
function startTrainer(id: string): ChildProcess {
  const main = fileURLToPath(new URL('../../trainer/src/main.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', main, '--id', id, '--threads', '1'], {
    env: at.env,
    stdio: 'ignore',
  });
}
