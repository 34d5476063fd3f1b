import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkpointId, saveCheckpoint } from '@ovis/checkpoint';
import { serveFleet, StagePhase, StageSource, TrainerState, type RunEventInput } from '@ovis/protocol';
import { openStorage } from '@ovis/storage';
import {
  activityFailure,
  bundleWorkflows,
  taskQueue,
  type DriveStageInput,
  type TrainingActivities,
} from '@ovis/workflows';
import { temporalMissing as missing, temporalPath } from '@ovis/workflows/test/temporal-server';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const storage = `file://${folder}/runs`;
const text = readFileSync(new URL('./run.yaml', import.meta.url), 'utf8').replace('s3://ovis/runs', storage);
writeFileSync(join(folder, 'run.yaml'), text);

const ovis = (args: string[], env: NodeJS.ProcessEnv = {}, cwd = folder) =>
  runCli(args, { env: { OVIS_STATE_DIR: join(folder, 'none'), ...env }, cwd });

describe('without a cluster', () => {
  it('checks a run file and prints the plan', async () => {
    const { code, out } = await ovis(['config', 'validate', 'run.yaml', '--set', 'stages.0.steps=7']);
    expect(code).toBe(0);
    expect(out).toContain('visual_tokenizer.re_init_layers');
    expect(out).toMatch(/^1 +7 +32 +224 /m);
  });

  it('says where a run file is wrong', async () => {
    writeFileSync(join(folder, 'bad.yaml'), text.replace('steps: 400', 'stepz: 400'));
    const { code, err } = await ovis(['submit', 'bad.yaml']);
    expect(code).toBe(1);
    expect(err).toContain("bad.yaml:16:5: stages.0.stepz: unknown key; did you mean 'steps'?");
  });

  it('prints the JSON Schema', async () => {
    const { out } = await ovis(['config', 'schema']);
    expect(JSON.parse(out)).toMatchObject({
      type: 'object',
      required: ['name', 'storage', 'model', 'stages'],
    });
  });

  it('tells wrong usage from failure by the exit code', async () => {
    expect((await ovis(['stats'])).code).toBe(2);
    expect((await ovis(['resume', 'x', '--stage', '4'])).code).toBe(2);
    expect((await ovis(['status', 'a/b'], { TEMPORAL_ADDRESS: '127.0.0.1:1' })).code).toBe(2);
    expect((await ovis(['--help'])).code).toBe(0);
    expect((await ovis(['submit', 'nothing.yaml'])).code).toBe(1);
  });

  it('names the address that does not answer and how to start a cluster', async () => {
    const away = await ovis(['status'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(away.code).toBe(1);
    expect(away.err).toContain('cannot reach the Temporal server at 127.0.0.1:1 (from TEMPORAL_ADDRESS)');
    expect(away.err).toContain("'ovis up'");
    expect((await ovis(['status'])).err).toContain('no cluster is known');
  });

  it('finds the local cluster by its state file', async () => {
    const state = join(folder, 'state');
    mkdirSync(state, { recursive: true });
    writeFileSync(
      join(state, 'cluster.json'),
      JSON.stringify({ temporalAddress: '127.0.0.1:2', fleetAddress: '127.0.0.1:3' }),
    );
    const env = { OVIS_STATE_DIR: state };
    expect((await ovis(['status'], env)).err).toContain(`127.0.0.1:2 (from ${state}/cluster.json)`);
    expect((await ovis(['trainers'], env)).err).toContain('cannot reach the controller');
  });
});

describe.skipIf(missing !== '')(`with a cluster${missing}`, () => {
  let env: TestWorkflowEnvironment;
  let codePath: string;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: temporalPath } },
    });
    codePath = (await bundleWorkflows()).codePath;
  });
  afterAll(() => env?.teardown());
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A controller that trains nothing. */
  async function controller(changes: Partial<TrainingActivities> = {}): Promise<NodeJS.ProcessEnv> {
    const activities: TrainingActivities = {
      recordRun: async () => undefined,
      acquireGang: async ({ gangId, generation }) => ({
        gangId,
        generation,
        trainers: [{ trainerId: 't0', rank: 0, grpcAddress: 'a:1', collectiveAddress: 'a:2' }],
      }),
      driveStage: async ({ stage }) => ({
        checkpointUrl: `${storage}/x/stage${stage}`,
        steps: 5,
        finalLoss: 0.5,
      }),
      evaluateRun: async ({ runId }) => ({ resultUrl: `${storage}/${runId}/evaluation/result.json` }),
      releaseGang: async () => undefined,
      latestCheckpoint: async () => null,
      ...changes,
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: { codePath },
      activities,
      maxHeartbeatThrottleInterval: '200 ms',
      defaultHeartbeatThrottleInterval: '200 ms',
    });
    const running = worker.run();
    cleanups.push(async () => {
      worker.shutdown();
      await running;
    });
    return { TEMPORAL_ADDRESS: env.address };
  }

  const badData = activityFailure({
    code: 'BAD_DATA',
    message: 'sample x is bad',
    hint: 'mend it',
    retryable: false,
  });

  it('submits, follows to the end, and lists the run', async () => {
    const at = await controller();
    const { code, out } = await ovis(['submit', 'run.yaml', '--id', 'first', '--wait'], at);
    expect(code).toBe(0);
    expect(out).toContain('started     first');
    expect(out).toContain(`result      ${storage}/first/evaluation/result.json`);

    const status = await ovis(['status', 'first'], at);
    expect(status.out).toMatch(/status +completed/);
    expect(status.out).toContain('stage 3     done, 300 steps, final loss 0.5000');
    const json: unknown = JSON.parse((await ovis(['status', 'first', '--json'], at)).out);
    expect(json).toMatchObject({ temporalStatus: 'completed', progress: { status: 'completed' } });
    // Temporal lists a run a moment after it has ended.
    await expect
      .poll(async () => (await ovis(['status'], at)).out, { timeout: 10_000 })
      .toMatch(/first +completed/);

    const again = await ovis(['submit', 'run.yaml', '--id', 'first'], at);
    expect(again.code).toBe(1);
    expect(again.err).toContain("run 'first' ended before (completed)");
    const resume = await ovis(['resume', 'first'], at);
    expect(resume.err).toContain("run 'first' is complete: there is nothing to resume");
  });

  it('submitting the same file twice is one run; it cannot be resumed while it runs, and it can be cancelled', async () => {
    let drive: DriveStageInput | undefined;
    const at = await controller({
      driveStage: async (input) => {
        drive = input;
        const { Context } = await import('@temporalio/activity');
        for (;;) {
          Context.current().heartbeat({
            ...input.gang,
            step: 42,
            totalSteps: 400,
            loss: 1.5,
            imagesPerSecond: 9,
            trainers: [],
          });
          await Context.current().sleep(50);
        }
      },
    });
    const first = await ovis(['submit', 'run.yaml'], at);
    const runId = /started +(\S+)/.exec(first.out)?.[1] ?? '';
    expect(runId).toMatch(/^icons-[0-9a-f]{8}$/);
    const second = await ovis(['submit', 'run.yaml'], at);
    expect(second.code).toBe(0);
    expect(second.out).toContain(`running     ${runId} was submitted before`);
    await expect.poll(() => drive?.runId).toBe(runId);
    await expect
      .poll(async () => (await ovis(['status', runId], at)).out, { timeout: 10_000 })
      .toContain('step 42 of 400, loss 1.500');

    expect((await ovis(['resume', runId], at)).err).toContain('is running');
    const cancelled = await ovis(['cancel', runId], at);
    expect(cancelled.code).toBe(0);
    expect(cancelled.out).toContain(`cancelled   ${runId}`);
    expect((await ovis(['cancel', runId], at)).err).toContain('it is cancelled');
    const watched = await ovis(['watch', runId], at);
    expect(watched.code).toBe(1);
    expect(watched.err).toContain(`run '${runId}' was cancelled`);
  });

  it('a failed run says why; resume says what it restores and goes on there', async () => {
    let drives: DriveStageInput[] = [];
    let broken = true;
    const at = await controller({
      driveStage: async (input) => {
        drives.push(input);
        if (broken && input.stage === 2) throw badData;
        return {
          checkpointUrl: `${storage}/failing/checkpoints/stage${input.stage}-end`,
          steps: 5,
          finalLoss: 0.5,
        };
      },
    });
    const failed = await ovis(['submit', 'run.yaml', '--id', 'failing', '--wait'], at);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("error: run 'failing' failed: stage 2: sample x is bad\n  fix: mend it");

    await save('failing', 1, 400, 400);
    await save('failing', 2, 100, 300);
    expect((await ovis(['submit', 'run.yaml', '--id', 'failing'], at)).err).toContain('has 2 checkpoints');
    broken = false;
    drives = [];
    const resumed = await ovis(['resume', 'failing', '--wait'], at);
    expect(resumed.code).toBe(0);
    expect(resumed.out).toContain('found       stage 2 step 100 of 300');
    expect(resumed.out).toContain('goes on in stage 2 after step 100');
    expect(drives.map(({ stage, initial, checkpointUrl }) => [stage, initial, checkpointUrl])).toEqual([
      [2, false, `${storage}/failing/checkpoints/stage2-step000100`],
      [3, true, `${storage}/failing/checkpoints/stage2-end`],
    ]);
  });

  it('resume says what changes before it starts, refuses what cannot, and goes on from a chosen checkpoint', async () => {
    let drives: DriveStageInput[] = [];
    let broken = true;
    const at = await controller({
      driveStage: async (input) => {
        drives.push(input);
        if (broken) throw badData;
        return { checkpointUrl: `${storage}/x/stage${input.stage}`, steps: 5, finalLoss: 0.5 };
      },
    });
    await ovis(['submit', 'run.yaml', '--id', 'changed', '--wait'], at);
    await save('changed', 1, 400, 400);
    await save('changed', 2, 100, 300);
    await save('changed', 2, 200, 300);
    const set = (...changes: string[]) => changes.flatMap((change) => ['--set', change]);

    const refused = await ovis(['resume', 'changed', ...set('seed=3', 'stages.1.steps=150')], at);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('changes     seed: 17 -> 3 (refused: ');
    expect(refused.err).toContain('seed cannot change: the place in the data depends on it');
    expect(refused.err).toContain('stages.1.steps cannot change: 200 steps are done already');
    expect(refused.err).toContain('--stage 2');

    const rate = set('stages.1.learningRate=5e-4', 'stages.0.steps=7');
    const dry = await ovis(['resume', 'changed', '--dry-run', ...rate], at);
    expect(dry.out).toMatch(/^changes +stages\.0\.steps: 400 -> 7 \(no effect: stage 1 is done\)$/m);
    expect(dry.out).toMatch(/^changes +stages\.1\.learningRate: 0.001 -> 0.0005 \(from step 201 on\)$/m);
    expect(dry.out).toMatch(/^nothing was started$/m);

    expect((await ovis(['resume', 'changed', '--from', 'stage9'], at)).err).toContain(
      "there is no checkpoint 'stage9' (found: stage1-step000400, stage2-step000100, stage2-step000200)",
    );
    broken = false;
    drives = [];
    const resumed = await ovis(['resume', 'changed', '--from', 'stage2-step000100', ...rate, '--wait'], at);
    expect(resumed.code).toBe(0);
    expect(resumed.out).toContain('goes on in stage 2 after step 100');
    expect(drives[0]).toMatchObject({ stage: 2, startStep: 100, acceptChanges: true });
    expect(drives[0]?.config.stages[1].learningRate).toBe(5e-4);
    expect(drives[1]?.acceptChanges).toBeUndefined();
  });

  it('pauses a run, shows it as paused, and resume wakes it', async () => {
    let paused = false;
    const at = await controller({
      driveStage: async ({ stage }) => {
        const { Context } = await import('@temporalio/activity');
        const context = Context.current();
        try {
          while (!paused) {
            context.heartbeat();
            await context.sleep(50);
          }
        } catch (error) {
          paused = true;
          throw error;
        }
        return { checkpointUrl: `${storage}/x/stage${stage}`, steps: 5, finalLoss: 0.5 };
      },
    });
    await ovis(['submit', 'run.yaml', '--id', 'resting', '--priority', '7'], at);
    await expect
      .poll(async () => (await ovis(['status', 'resting'], at)).out, { timeout: 10_000 })
      .toMatch(/^status +training/m);
    const pause = await ovis(['pause', 'resting'], at);
    expect(pause).toMatchObject({ code: 0, err: '' });
    expect(pause.out).toMatch(/^paused +resting/m);
    expect((await ovis(['status', 'resting'], at)).out).toMatch(/^status +paused/m);
    const changed = await ovis(['resume', 'resting', '--set', 'seed=3'], at);
    expect(changed.err).toContain('is paused: it goes on as it is');
    const resumed = await ovis(['resume', 'resting', '--wait'], at);
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(resumed.out).toContain('goes on     resting, which was paused');
    expect((await ovis(['pause', 'resting'], at)).err).toContain(
      "run 'resting' does not run: it is completed",
    );
  });

  it("prints what a run's trainers have logged in order of time, of some ranks, since a time", async () => {
    const at = await controller();
    await ovis(['submit', 'run.yaml', '--id', 'logged', '--wait'], at);
    const line = (time: string, name: string, msg: string) =>
      `${JSON.stringify({ level: 'info', time: `2026-01-02T00:00:${time}Z`, name, msg })}\n`;
    const logs = openStorage(`${storage}/logged/logs`);
    const ms = Date.parse('2026-01-02T00:00:01Z');
    await logs.put(`t0/${ms}-s1-g1-r0.jsonl`, line('01.000', 't0', 'begins') + line('03.000', 't0', 'step'));
    await logs.put(`t1/${ms + 1000}-s1-g1-r1.jsonl`, line('02.000', 't1', 'begins'));
    const all = await ovis(['logs', 'logged'], at);
    expect(all.out.split('\n')).toEqual([
      's1 r0 00:00:01.000 INFO  t0: begins',
      's1 r1 00:00:02.000 INFO  t1: begins',
      's1 r0 00:00:03.000 INFO  t0: step',
    ]);
    expect((await ovis(['logs', 'logged', '--rank', '1', '--follow'], at)).out).toContain('t1: begins');
    const late = await ovis(['logs', 'logged', '--since', '2026-01-02T00:00:02.5Z', '--json'], at);
    expect(JSON.parse(late.out)).toMatchObject({ name: 't0', msg: 'step' });
    expect((await ovis(['logs', 'logged', '--rank', '7'], at)).err).toContain("no log lines of 'logged'");
    expect((await ovis(['logs', 'logged', '--since', 'once'], at)).code).toBe(2);
  });

  it('reruns a run under a new id, with changes', async () => {
    const at = await controller();
    await ovis(['submit', 'run.yaml', '--id', 'again', '--wait'], at);
    const rerun = await ovis(['rerun', 'again', '--set', 'seed=3', '--wait'], at);
    expect(rerun).toMatchObject({ code: 0, err: '' });
    expect(rerun.out).toContain('changes     seed: 17 -> 3');
    expect(rerun.out).toContain('started     again-r2, as again');
    expect((await ovis(['rerun', 'again-r2'], at)).out).toContain('started     again-r3, as again-r2');
    expect((await ovis(['rerun', 'again', '--id', 'again'], at)).err).toContain(
      "run 'again' is there already",
    );
    expect((await ovis(['rerun', 'nothing'], at)).err).toContain("there is no run 'nothing'");
  });

  it('explains a run that is not there and a storage that cannot be used', async () => {
    const at = await controller();
    expect((await ovis(['watch', 'nothing'], at)).err).toContain("there is no run 'nothing'");
    const s3 = await ovis(['submit', 'run.yaml', '--id', 'lost', '--set', 'storage=s3://ovis/runs'], {
      ...at,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    });
    expect(s3.code).toBe(1);
    expect(s3.err).toContain('127.0.0.1:1');
    expect((await ovis(['status', 'lost'], at)).err).toContain("there is no run 'lost'");
  });

  it('shows the live stream of the controller, and the trainers', async () => {
    const at = await controller();
    const events: RunEventInput[] = [
      { stage: { stage: 1, started: { stepsTotal: 400, firstStep: 0, trainableParams: 1234 } } },
      { stage: { stage: 1, started: { stepsTotal: 400, firstStep: 7, source: StageSource.MEMORY } } },
      { trainerId: 't0', stage: { stage: 1, phase: { phase: StagePhase.COMPILING } } },
      { stage: { stage: 1, step: { step: 1, loss: 6.25, imagesPerS: 100 } } },
      { stage: { stage: 1, checkpoint: { step: 100, url: 's3://b/c' } } },
      { note: { message: 'completed', final: true } },
    ];
    const drained: string[] = [];
    const fleet = await serveFleet({
      async *watch() {},
      drainTrainer: async ({ trainerId }) => {
        drained.push(trainerId);
        return {};
      },
      listTrainers: async () => ({
        queue: [{ runId: 'later', stage: 1, priority: 2, waitedMs: 65_000, reason: 'needs 2 trainers' }],
        trainers: [
          {
            registration: {
              trainerId: 't0',
              host: 'h',
              pid: 7,
              grpcAddress: 'h:1',
              memoryBytes: 8e9,
              device: { kind: 'cpu', name: 'x' },
            },
            heartbeat: {
              state: TrainerState.BUSY,
              runId: 'live',
              stage: 2,
              step: 9,
              phase: StagePhase.TRAINING,
            },
            connected: true,
            stragglerScore: 1.5,
          },
          { registration: { trainerId: 't1' }, connected: false, silentMs: 61_000 },
        ],
      }),
      async *watchRun({ runId }) {
        for (const event of events) yield { runId, rank: 0, ...event };
      },
    });
    cleanups.push(() => fleet.close());
    const here = { ...at, OVIS_FLEET_ADDRESS: fleet.address };
    const { out, err } = await ovis(['submit', 'run.yaml', '--id', 'live', '--wait'], here);
    expect(err).toBe('');
    expect(out).toContain('stage 1  1,234 trainable parameters, steps 0 to 400');
    expect(out).toMatch(/^stage 1 {2}.* steps 7 to 400, from memory$/m);
    expect(out).toContain('stage 1  t0 compiles');
    expect(out).toContain('stage 1  checkpoint at step 100: s3://b/c');
    const trainers = await ovis(['trainers'], here);
    expect(trainers.out).toMatch(
      /^t0 +busy +live stage 2 step 9 training +1.50x +cpu x +8.0 GB +h pid 7 +h:1$/m,
    );
    expect(trainers.out).toMatch(/^t1 +lost 1m 1s ago/m);
    const waits = /^waits 1 +later stage 1, priority 2, for 1m 5s: needs 2 trainers$/m;
    expect(trainers.out).toMatch(waits);
    expect((await ovis(['status'], here)).out).toMatch(waits);
    expect((await ovis(['trainers', 'drain', 't0'], here)).out).toMatch(/^draining +t0/m);
    expect(drained).toEqual(['t0']);
  });
});

async function save(runId: string, stage: number, step: number, totalSteps: number): Promise<void> {
  const data = new Float32Array([step]);
  await saveCheckpoint(openStorage(storage), `${runId}/checkpoints`, {
    id: checkpointId(stage, step),
    parts: { vte: { 'vte.weight': { dtype: 'F32', shape: [1], data } } },
    state: {
      stage,
      step,
      totalSteps,
      seed: 1,
      schedule: {},
      rng: {},
      cursors: [],
      world: 1,
      configHash: '',
      versions: {},
    },
  });
}
