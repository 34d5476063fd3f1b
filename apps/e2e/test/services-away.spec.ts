import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet, ovis, RunRecorder, startTestCluster, waitUntil, type TestCluster } from '../src/index.ts';

/*
 * Temporal and S3 go away while a run trains, one after the other, as servers do that are killed or behind a network that is cut. It is one
 * run in one generation: nobody notices anything.
 */

let at: TestCluster;
let recorder: RunRecorder;
const runId = 'alone';

/** Longer than any outage, on any machine: the spec ends it. */
const long = [
  'gang.minTrainers=2',
  'stages.0.steps=100000',
  'stages.0.checkpointEvery=3',
  'checkpoints.waitSeconds=0.5',
];

/** Longer than the controller may be silent (8 s): Temporal starts the activity again, although nothing has failed. */
const awayMs = 17_000;

function pidOf(name: string): number {
  const found = at.cluster.processes().find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} does not run`);
  return found.pid;
}

const step = () => recorder.lastStep?.step ?? 0;

async function goesOn(): Promise<void> {
  const from = step();
  await waitUntil('more steps', () => step() > from + 20);
}

/** Stops a server for a while; the run must go on meanwhile. @returns the steps it did */
async function away(name: string): Promise<number> {
  const pid = pidOf(name);
  const before = step();
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(awayMs);
    expect(step()).toBeGreaterThan(before);
    return step() - before;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

beforeAll(async () => {
  at = await startTestCluster({ trainers: 2, restarts: 10 });
  await new Fleet(at.cluster.fleetAddress).waitForFree(2);
  recorder = new RunRecorder(at.cluster.fleetAddress, runId);
  const set = long.flatMap((change) => ['--set', change]);
  expect(await ovis(['submit', at.runFile, '--id', runId, ...set], at.env)).toMatchObject({ code: 0 });
  await goesOn();
});
afterAll(async () => {
  await recorder?.stop();
  await at?.stop();
});

describe('a run goes on while', () => {
  it('Temporal is away for longer than it waits for a controller', async () => {
    await away('temporal');
    await goesOn();
  });

  it('Temporal is killed and started again', async () => {
    const pid = pidOf('temporal');
    process.kill(pid, 'SIGKILL');
    await waitUntil('another Temporal', () =>
      at.cluster.processes().some((one) => one.name === 'temporal' && one.pid !== pid),
    );
    await goesOn();
  });

  it('S3 is away: steps are done with the data that is there, checkpoints follow when it is back', async () => {
    // At least one checkpoint was due meanwhile: that it cannot be written keeps nobody.
    expect(await away('s3')).toBeGreaterThan(3);
    const back = step();
    await waitUntil('a checkpoint of later steps', () => recorder.checkpoints.find((one) => one.step > back));
    await goesOn();
  });

  it('and no step was done twice, in one generation; it can still be told to end', async () => {
    const cancelled = await ovis(['cancel', runId], at.env);
    expect(cancelled.out).toMatch(/^cancelled .*\/stage1-step\d+$/m);
    await recorder.stop();
    expect(new Set(recorder.starts.map(({ generation }) => generation))).toEqual(new Set([1]));
    expect(recorder.repeatedSteps).toBe(0);
  });
});
