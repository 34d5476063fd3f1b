import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fleetClient, type RunEvent } from '@ovis/protocol';
import { openStorage } from '@ovis/storage';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { taskQueue, type RunProgress, type trainOvis } from '@ovis/workflows';
import { temporalMissing as missing, temporalPath } from '@ovis/workflows/test/temporal-server';
import { startController, type RunningController } from '../src/controller.ts';
import { FakeTrainer, type FakeOptions } from './fake-trainer.ts';
import { config } from './run-config.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
/** Long enough to be interrupted. */
const longStage1 = (stage: number) => (stage === 1 ? 600 : 5);
const longStage2 = (stage: number) => (stage === 2 ? 400 : 5);
const folder = mkdtempSync(join(tmpdir(), 'ovis-controller-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== '')(`controller${missing}`, () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: temporalPath } },
    });
  });
  afterAll(() => env?.teardown());
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function controller(port = 0): Promise<RunningController> {
    const running = await startController({
      temporalAddress: env.address,
      namespace: 'default',
      taskQueue,
      host: '127.0.0.1',
      port,
      advertise: '',
      log: quiet,
      env: process.env,
      followPatienceMs: 1_000,
      fleetTimes: { heartbeatMs: 100, lostAfterMs: 2_000, settleMs: 600 },
      driveTimes: { heartbeatMs: 100, reattachMs: 1_000, settleMs: 300, regroupAfterMs: 300 },
    });
    cleanups.push(() => running.close());
    return running;
  }

  async function trainer(fleetAddress: string, options: FakeOptions): Promise<FakeTrainer> {
    const fake = await new FakeTrainer({ strict: true, ...options }).listen();
    void fake.register(fleetAddress);
    cleanups.push(() => fake.kill());
    return fake;
  }

  let runs = 0;
  async function start(changes: Partial<typeof config> = {}) {
    const runId = `icons-${++runs}`;
    const handle = await env.client.workflow.start<typeof trainOvis>('trainOvis', {
      workflowId: runId,
      taskQueue,
      args: [
        {
          runId,
          config: {
            ...config,
            storage: `file://${folder}`,
            gang: { ...config.gang, trainers: 2, minTrainers: 1, waitSeconds: 2 },
            evaluation: undefined,
            ...changes,
          },
        },
      ],
    });
    const progress = () => handle.query<RunProgress>('progress');
    const until = async (check: (p: RunProgress) => boolean) => {
      while (!check(await progress())) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    return { runId, handle, progress, until };
  }

  it('trains three stages with two trainers and tells watchers everything', async () => {
    const { fleetAddress } = await controller();
    const fakes = [await trainer(fleetAddress, { id: 't0' }), await trainer(fleetAddress, { id: 't1' })];
    const run = await start();
    const client = fleetClient(fleetAddress);
    cleanups.push(() => client.close());
    const events: RunEvent[] = [];
    for await (const event of client.watchRun({ runId: run.runId })) events.push(event);

    const result = await run.handle.result();
    expect(result.stages.map((stage) => stage.trainers)).toEqual([
      ['t0', 't1'],
      ['t0', 't1'],
      ['t0', 't1'],
    ]);
    expect(fakes.map((fake) => fake.requests.map(({ stage, rank }) => [stage, rank]))).toEqual([
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
    ]);
    expect(fakes[0]?.requests[1]?.checkpointUrl).toBe(result.stages[0]?.checkpointUrl);
    const record: unknown = JSON.parse(readFileSync(join(folder, run.runId, 'run.json'), 'utf8'));
    expect(record).toMatchObject({ runId: run.runId, config: { name: 'icons' } });
    const steps = events.filter(
      (event) => event.event === 'stage' && event.stage.event === 'step' && event.rank === 0,
    );
    expect(steps.length).toBeGreaterThanOrEqual(10);
    expect(events.at(-1)).toMatchObject({ event: 'note', note: { message: 'completed', final: true } });
    expect((await client.listTrainers()).map((t) => [t.registration?.trainerId, t.connected])).toEqual([
      ['t0', true],
      ['t1', true],
    ]);
  });

  it('goes on with the survivor after a trainer was killed', async () => {
    const { fleetAddress } = await controller();
    await trainer(fleetAddress, { id: 't0', steps: longStage2 });
    const victim = await trainer(fleetAddress, { id: 't1', steps: longStage2 });
    const run = await start();
    await run.until((progress) => progress.stage === 2 && progress.step > 3);
    await victim.kill();
    const result = await run.handle.result();
    expect(result.stages.map((stage) => [stage.generations, stage.trainers.length])).toEqual([
      [1, 2],
      [2, 1],
      [1, 1],
    ]);
  });

  it('holds the survivors between generations: nobody else gets them while a replacement is awaited', async () => {
    const { fleetAddress } = await controller();
    const survivor = await trainer(fleetAddress, { id: 't0', steps: longStage2 });
    const victim = await trainer(fleetAddress, { id: 't1', steps: longStage2 });
    const gang = { ...config.gang, trainers: 2, minTrainers: 2, waitSeconds: 20 };
    const run = await start({ gang });
    await run.until((progress) => progress.stage === 2 && progress.step > 3);
    const other = await start({ gang: { ...gang, trainers: 1, minTrainers: 1 } });
    await victim.kill();
    await run.until((progress) => progress.status === 'recovering');
    const client = fleetClient(fleetAddress);
    cleanups.push(() => client.close());
    await expect
      .poll(async () => (await client.listFleet()).queue.map(({ runId }) => runId))
      .toEqual([run.runId, other.runId]);
    expect(survivor.reservation?.runId).toBe(run.runId);
    await trainer(fleetAddress, { id: 't2' });
    const result = await run.handle.result();
    // The replacement has the missing rank.
    expect(result.stages[1]).toMatchObject({ generations: 2, trainers: ['t0', 't2'] });
    await other.handle.result();
    expect(survivor.reservation).toBeUndefined();
  });

  it('grows when a trainer joins and goes on without one that leaves', async () => {
    const { fleetAddress } = await controller();
    const first = await trainer(fleetAddress, { id: 't0', steps: (stage) => (stage === 1 ? 1500 : 5) });
    const gang = { ...config.gang, trainers: 2, minTrainers: 1, waitSeconds: 0 };
    const run = await start({ gang });
    await run.until((progress) => progress.step > 3);
    const second = await trainer(fleetAddress, { id: 't1', steps: () => 400 });
    await run.until((progress) => progress.trainers.length === 2 && progress.generation === 2);
    expect(first.stops[0]).toMatchObject({ hold: true, checkpoint: false });
    await expect.poll(() => second.job?.step ?? 0).toBeGreaterThan(3);
    const client = fleetClient(fleetAddress);
    cleanups.push(() => client.close());
    await client.drainTrainer({ trainerId: 't1', reason: 'maintenance' });
    await run.until((progress) => progress.generation === 3 && progress.trainers.length === 1);
    await expect(client.drainTrainer({ trainerId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await run.progress()).trainers).toMatchObject([{ trainerId: 't0' }]);
    await run.handle.terminate();
  });

  it('a run of higher priority gets trainers back from an elastic one', async () => {
    const { fleetAddress } = await controller();
    for (const id of ['t0', 't1'])
      await trainer(fleetAddress, { id, steps: (stage) => (stage === 1 ? 400 : 5) });
    const elastic = await start({ gang: { ...config.gang, trainers: 2, minTrainers: 1, waitSeconds: 5 } });
    await elastic.until((progress) => progress.step > 3);
    const gang = { ...config.gang, trainers: 1, minTrainers: 1, waitSeconds: 5 };
    const urgent = await start({ priority: 5, gang });
    await urgent.until((progress) => progress.status === 'training');
    expect(await elastic.progress()).toMatchObject({ generation: 2, stage: 1 });
    await urgent.handle.terminate();
    await elastic.handle.terminate();
  });

  it('pauses with a checkpoint, gives the trainers back, and goes on when it is told to', async () => {
    const { fleetAddress } = await controller();
    const fakes = [
      await trainer(fleetAddress, { id: 't0', steps: longStage1 }),
      await trainer(fleetAddress, { id: 't1', steps: longStage1 }),
    ];
    const run = await start();
    await run.until((progress) => progress.step > 3);
    await run.handle.signal('pause');
    await run.until((progress) => progress.status === 'paused');
    expect(fakes.map((fake) => fake.stops.map((stop) => stop.checkpoint))).toEqual([[true], [true]]);
    expect(fakes.map((fake) => fake.reservation)).toEqual([undefined, undefined]);
    await run.handle.signal('goOn');
    await run.until((progress) => progress.generation === 2 && progress.status === 'training');
    const result = await run.handle.result();
    expect(result.stages.map((stage) => stage.generations)).toEqual([2, 1, 1]);
  });

  it('a controller that is replaced attaches to the stage; the trainers never notice', async () => {
    const first = await controller();
    const port = Number(first.fleetAddress.split(':').at(-1));
    const fakes = [
      await trainer(first.fleetAddress, { id: 't0', steps: longStage1 }),
      await trainer(first.fleetAddress, { id: 't1', steps: longStage1 }),
    ];
    const run = await start();
    await run.until((progress) => progress.stage === 1 && progress.step > 3);
    await first.close();
    expect(fakes.map((fake) => fake.stops)).toEqual([[], []]);
    await controller(port);
    const result = await run.handle.result();
    expect(result.stages.map((stage) => stage.generations)).toEqual([1, 1, 1]);
    expect(fakes.map((fake) => fake.requests.map((request) => request.stage))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(fakes[0]?.attaches).toBeGreaterThan(0);
  });

  it('cancel stops the trainers with a checkpoint', async () => {
    const { fleetAddress } = await controller();
    const fakes = [
      await trainer(fleetAddress, { id: 't0', steps: 5000 }),
      await trainer(fleetAddress, { id: 't1', steps: 5000 }),
    ];
    const run = await start();
    await run.until((progress) => progress.step > 3);
    await run.handle.cancel();
    await expect(run.handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(fakes.map((fake) => fake.stops.map((stop) => stop.checkpoint))).toEqual([[true], [true]]);
    expect(await run.progress()).toMatchObject({
      status: 'cancelled',
      checkpoint: expect.stringMatching(/stage1-step\d+/),
    });
  });

  it('says how many trainers are there when too few are', async () => {
    const { fleetAddress } = await controller();
    await trainer(fleetAddress, { id: 't0' });
    const run = await start({ gang: { ...config.gang, trainers: 2, minTrainers: 2, waitSeconds: 1 } });
    await expect(run.handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await run.progress()).error).toMatchObject({
      code: 'GANG_UNAVAILABLE',
      message: 'stage 1: needs 2 trainers, 1 alive: t0 (idle); waited 1 s',
    });
  });

  it('puts the predictions of all ranks together', async () => {
    const { fleetAddress } = await controller();
    const line = (index: number, answer: string, prediction: string, blankPrediction: string) =>
      JSON.stringify({
        index,
        key: `k${index}`,
        type: 'color',
        question: 'q',
        answer,
        prediction,
        blankPrediction,
      });
    const evaluate = (line: string) =>
      async function* (outputUrl: string) {
        const [base, name] = [
          outputUrl.slice(0, outputUrl.lastIndexOf('/')),
          outputUrl.slice(outputUrl.lastIndexOf('/') + 1),
        ];
        await openStorage(base).put(name, `${line}\n`);
        yield { done: { predictionsUrl: outputUrl, questions: 1 } };
      };
    await trainer(fleetAddress, { id: 't0', evaluate: evaluate(line(0, 'red', 'Red', 'blue')) });
    await trainer(fleetAddress, { id: 't1', evaluate: evaluate(line(1, 'blue', 'green', 'blue')) });
    const run = await start({ evaluation: { dataset: 'file:///eval.tar', maxNewTokens: 4, limit: 0 } });
    const { resultUrl } = await run.handle.result();
    expect(resultUrl).toBe(`file://${folder}/${run.runId}/evaluation/result.json`);
    const result: unknown = JSON.parse(
      readFileSync(join(folder, run.runId, 'evaluation', 'result.json'), 'utf8'),
    );
    expect(result).toMatchObject({
      questions: 2,
      accuracy: { color: { model: 0.5, majority: 0.5, blind: 0.5, n: 2 } },
      predictions: `file://${folder}/${run.runId}/evaluation/predictions.jsonl`,
    });
    expect(readFileSync(join(folder, run.runId, 'evaluation', 'predictions.jsonl'), 'utf8')).toBe(
      `${line(0, 'red', 'Red', 'blue')}\n${line(1, 'blue', 'green', 'blue')}\n`,
    );
  });

  it('ends the watch of a run that does not exist', async () => {
    const { fleetAddress } = await controller();
    const client = fleetClient(fleetAddress);
    cleanups.push(() => client.close());
    const events: RunEvent[] = [];
    for await (const event of client.watchRun({ runId: 'nothing' })) events.push(event);
    expect(events).toMatchObject([
      { event: 'note', note: { message: "there is no run 'nothing'", final: true } },
    ]);
  });

  it('as a process: says when it is ready, stops on SIGTERM, explains a port in use', async () => {
    const port = await freePort();
    const child = run(['--temporal', env.address, '--listen', `127.0.0.1:${port}`]);
    const ready: unknown = JSON.parse(await child.firstLine);
    expect(ready).toMatchObject({ ready: true, fleetAddress: `127.0.0.1:${port}` });
    const second = run(['--temporal', env.address, '--listen', String(port)]);
    expect(await second.exit).toBe(1);
    expect(second.stderr()).toContain(`port ${port} is in use`);
    expect(second.stderr()).toContain('fix: ');
    child.kill('SIGTERM');
    expect(await child.exit).toBe(0);
  });
});

it('explains an unreachable Temporal server and bad options', async () => {
  const port = await freePort();
  const away = run(['--temporal', `127.0.0.1:${port}`, '--listen', '0']);
  const wrong = run(['--listen', 'here']);
  expect(await away.exit).toBe(1);
  expect(away.stderr()).toContain(`cannot reach the Temporal server at 127.0.0.1:${port}`);
  expect(away.stderr()).toContain('ovis up');
  expect(await wrong.exit).toBe(2);
  expect(wrong.stderr()).toContain("'here' is not a port");
});

function run(args: string[]) {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const firstLine = new Promise<string>((resolve) => {
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')));
    });
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { firstLine, exit, stderr: () => stderr, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
