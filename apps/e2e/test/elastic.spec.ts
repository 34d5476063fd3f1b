import { spawn, type ChildProcess } from 'node:child_process';
import { appRunner } from '@ovis/bootstrap';
import { StageSource } from '@ovis/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet, ovis, RunRecorder, startTestCluster, waitUntil, type TestCluster } from '../src/index.ts';

/* Trainers come and go, and several runs share them. One trainer is of the cluster, others are started here. */

let at: TestCluster;
let fleet: Fleet;
const recorders: RunRecorder[] = [];
const byHand: ChildProcess[] = [];
const set = (...changes: string[]) => changes.flatMap((change) => ['--set', change]);

beforeAll(async () => {
  at = await startTestCluster({ trainers: 1, restarts: 10 });
  fleet = new Fleet(at.cluster.fleetAddress);
});
afterAll(async () => {
  for (const child of byHand) child.kill('SIGKILL');
  await Promise.all(recorders.map((recorder) => recorder.stop()));
  await at?.stop();
});

function record(runId: string): RunRecorder {
  const recorder = new RunRecorder(at.cluster.fleetAddress, runId);
  recorders.push(recorder);
  return recorder;
}

/** A trainer as another machine would run it. */
function startTrainer(id: string, ...options: string[]): { exit: Promise<number | null> } {
  const main = [appRunner, 'apps/trainer/src/main.ts'];
  const child = spawn(process.execPath, [...main, '--id', id, '--threads', '1', ...options], {
    env: at.env,
    stdio: 'ignore',
  });
  byHand.push(child);
  return { exit: new Promise((resolve) => child.once('close', (code) => resolve(code))) };
}

const sizeOf = (recorder: RunRecorder) =>
  recorder.notes.findLast((note) => /\d trainers \(/.test(note)) ?? '';

describe('an elastic run', () => {
  it('grows when a trainer joins, without a checkpoint, shrinks when it leaves, and sees every sample once', async () => {
    // As long as it takes: the spec ends them, and rates do not depend on how far away the end is.
    const endless = [
      'steps=100000',
      'checkpointEvery=100000',
      'schedule=constant',
      'warmupRatio=0',
      'learningRate=1e-5',
    ];
    const common = set(...endless.map((change) => `stages.0.${change}`), 'gang.waitSeconds=2');
    const recorder = record('elastic');
    const sizes = set('gang.trainers=2', 'gang.minTrainers=1');
    const submitted = await ovis(
      ['submit', at.runFile, '--id', 'elastic', ...common, ...sizes, ...set('data.lanes=4')],
      at.env,
    );
    expect(submitted).toMatchObject({ code: 0 });
    const step = () => recorder.lastStep?.step ?? 0;
    await waitUntil('steps of one', () => step() > 5);
    const { exit } = startTrainer('guest', '--label', 'zone=guest');
    await waitUntil('a gang of two', () => sizeOf(recorder).includes('guest'));
    await waitUntil('a step of two', () => recorder.lastStepAt.generation === 2);
    expect(recorder.starts.at(-1)).toMatchObject({ generation: 2, source: StageSource.MEMORY });
    expect(recorder.checkpoints).toEqual([]);

    expect((await ovis(['trainers', 'drain', 'guest'], at.env)).out).toMatch(/^draining +guest/m);
    expect(await exit).toBe(0);
    await waitUntil('a step of one again', () => recorder.lastStepAt.generation === 3);
    const last = step();
    await ovis(['cancel', 'elastic'], at.env);
    await recorder.stop();
    expect(recorder.repeatedSteps).toBe(0);
    const steps = Array.from({ length: last }, (_, i) => `1/${i + 1}`);
    expect([...recorder.losses.keys()].slice(0, last)).toEqual(steps);

    await fleet.waitForFree(1);
    const whole = record('alone');
    await ovis(
      ['submit', at.runFile, '--id', 'alone', ...common, ...set('gang.trainers=1', 'data.lanes=4')],
      at.env,
    );
    await waitUntil('as many steps of one alone', () => (whole.lastStep?.step ?? 0) >= last);
    await ovis(['cancel', 'alone'], at.env);
    await whole.stop();
    // The same samples in every step; only the order of the sums differs.
    for (const key of steps)
      expect(recorder.losses.get(key)! / whole.losses.get(key)!, key).toBeCloseTo(1, 3);
  });
});

describe('several runs on one fleet', () => {
  it('go by priority; who waits, and why, is shown; requirements are kept', async () => {
    await fleet.waitForFree(1);
    const one = set('gang.trainers=1', 'data.lanes=4', 'gang.waitSeconds=2');
    const long = set('stages.0.steps=100000', 'stages.0.checkpointEvery=100000');
    const [first, later, urgent] = ['first', 'later', 'urgent'].map(record);
    await ovis(['submit', at.runFile, '--id', 'first', ...one, ...long], at.env);
    await waitUntil('steps', () => (first?.lastStep?.step ?? 0) > 2);
    await ovis(['submit', at.runFile, '--id', 'later', ...one], at.env);
    await ovis(['submit', at.runFile, '--id', 'urgent', ...one, '--priority', '5'], at.env);
    await waitUntil('both wait', async () => (await fleet.state()).queue.length === 2);
    const status = await ovis(['status'], at.env);
    expect(status.out).toMatch(
      /^waits 1 +urgent stage 1, priority 5, for [\dms ]+: needs 1 trainers, 1 alive: .*trainer-1 \(busy with first\)/m,
    );
    expect(status.out).toMatch(/^waits 2 +later stage 1, for \d+/m);
    // Cancelled with a checkpoint: its trainer goes to the most urgent.
    await ovis(['cancel', 'first'], at.env);
    await waitUntil('the urgent one trains', () => urgent?.lastStep !== undefined);
    expect(later?.lastStep).toBeUndefined();
    expect(await ovis(['watch', 'urgent'], at.env)).toMatchObject({ code: 0 });
    expect(await ovis(['watch', 'later'], at.env)).toMatchObject({ code: 0 });

    const picky = await ovis(
      ['submit', at.runFile, '--id', 'picky', ...one, ...set('gang.require.labels={zone: mars}'), '--wait'],
      at.env,
    );
    expect(picky.err).toMatch(
      /needs 1 trainers with zone=mars, 1 alive: .*trainer-1 \(does not meet gang\.require\)/,
    );
  });
});
