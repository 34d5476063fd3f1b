import { afterEach, describe, expect, it } from 'vitest';
import type { RunEventInput } from '@ovis/protocol';
import type { DriveStageInput, RunReport, StageGoesOn, StageHeartbeat, StageOutcome } from '@ovis/workflows';
import { DriveAborted, driveGang, type DriveOptions } from '../src/drive/drive-gang.ts';
import { DriveFailure } from '../src/drive/drive-failure.ts';
import { defaultDriveTimes } from '../src/drive/drive-times.ts';
import { CutMemory } from '../src/drive/blame.ts';
import { PhaseLimits } from '../src/drive/phase-limits.ts';
import { GangQueue } from '../src/fleet/gang-queue.ts';
import { RunFeed } from '../src/fleet/run-feed.ts';
import { TrainerRegistry } from '../src/fleet/trainer-registry.ts';
import { FakeTrainer, type FakeOptions } from './fake-trainer.ts';
import { beat, registration } from './fleet-fixture.ts';
import { config } from './run-config.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function gangOf(...options: Partial<FakeOptions>[]) {
  const trainers = await Promise.all(
    options.map((o, i) => new FakeTrainer({ id: `trainer-${i}`, ...o }).listen()),
  );
  cleanups.push(...trainers.map((trainer) => () => trainer.kill()));
  const input: DriveStageInput = {
    runId: 'icons-1',
    stage: 2,
    config,
    checkpointUrl: 'file:///start',
    initial: true,
    startStep: 0,
    submittedAt: 0,
    gang: {
      gangId: 'icons-1/stage-2/x',
      generation: 1,
      trainers: trainers.map((trainer, rank) => ({
        trainerId: trainer.options.id,
        rank,
        grpcAddress: trainer.address,
        collectiveAddress: `c${rank}`,
      })),
    },
  };
  const beats: StageHeartbeat[] = [];
  const reports: RunReport[] = [];
  const events: RunEventInput[] = [];
  const feed = new RunFeed();
  const abort = new AbortController();
  let why: 'cancelled' | 'detached' = 'detached';
  const saved: Record<string, object> = {};
  const registry = new TrainerRegistry();
  const queue = new GangQueue();
  const drive = async (changes: Partial<DriveOptions> = {}) => {
    const outcome = await driveGang(input, {
      registry,
      queue,
      limits: new PhaseLimits(defaultDriveTimes.silence),
      cuts: new CutMemory(),
      saveReport: async (name, content) => {
        saved[name] = content;
        return `file:///reports/${name}`;
      },
      feed,
      log: quiet,
      times: { ...defaultDriveTimes, heartbeatMs: 20, reattachMs: 600, settleMs: 200 },
      attempt: 1,
      heartbeat: (details) => void beats.push(details),
      gotSomewhere: async () => false,
      report: async (report) => void reports.push(report),
      signal: abort.signal,
      whyAborted: () => why,
      ...changes,
    });
    return outcome as StageOutcome & Partial<StageGoesOn>;
  };
  void (async () => {
    for await (const event of feed.watch('icons-1')) events.push(event);
  })();
  const end = (reason: typeof why) => {
    why = reason;
    abort.abort();
  };
  return {
    trainers: trainers as [FakeTrainer, FakeTrainer],
    input,
    registry,
    saved,
    drive,
    beats,
    reports,
    events,
    end,
  };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (!(error instanceof DriveFailure)) throw new Error(`expected a DriveFailure, got ${String(error)}`);
  return error.cause;
}

describe('driveGang', () => {
  it('gives every trainer its rank and the addresses of all, and ends with the final checkpoint', async () => {
    const { trainers, drive, beats, events } = await gangOf({ steps: 5 }, { steps: 5 });
    expect(await drive()).toEqual({
      checkpointUrl: 'file:///runs/icons-1/checkpoints/stage2-step5',
      steps: 5,
      finalLoss: 0.2,
    });
    expect(
      trainers.map((trainer) =>
        trainer.requests.map(({ rank, world, collectiveAddresses, initial }) => ({
          rank,
          world,
          collectiveAddresses,
          initial,
        })),
      ),
    ).toEqual([0, 1].map((rank) => [{ rank, world: 2, collectiveAddresses: ['c0', 'c1'], initial: true }]));
    expect(JSON.parse(trainers[0].requests[0]?.runConfigJson ?? '')).toEqual(config);
    expect(beats.at(-1)?.trainers).toHaveLength(2);
    expect(events.filter((event) => event.stage?.step && event.rank === 0)).toHaveLength(5);
  });

  it('a later attempt attaches to what runs and starts nothing twice', async () => {
    const { trainers, drive, end } = await gangOf({ steps: 40 }, { steps: 40 });
    const first = drive();
    await until(() => (trainers[0].job?.step ?? 0) > 3);
    end('detached');
    await expect(first).rejects.toThrow(DriveAborted);
    expect(trainers.map((trainer) => trainer.stops)).toEqual([[], []]);

    const result = await drive({ attempt: 2, signal: new AbortController().signal });
    expect(result.steps).toBe(40);
    expect(trainers.map((trainer) => [trainer.requests.length, trainer.attaches])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('a later attempt starts the stage where the first one never came', async () => {
    const { trainers, drive } = await gangOf({}, {});
    expect((await drive({ attempt: 2 })).steps).toBe(5);
    expect(trainers.map((trainer) => trainer.requests.length)).toEqual([1, 1]);
  });

  it('a later attempt does not start a stage again that got somewhere while nobody watched', async () => {
    const { trainers, drive } = await gangOf({}, {});
    const cause = await failureOf(drive({ attempt: 2, gotSomewhere: async () => true }));
    expect(cause).toMatchObject({ code: 'TRAINER_LOST', retryable: true });
    expect(trainers.map((trainer) => trainer.requests.length)).toEqual([0, 0]);
  });

  it('lets another gang go on when a trainer drains', async () => {
    const stopped = (retryable: boolean) => (step: number) =>
      step === 3 ? { code: 'STOPPED', message: 'stopped', hint: '', retryable } : undefined;
    const { drive } = await gangOf({ failAt: stopped(false) }, { failAt: stopped(true) });
    expect(await failureOf(drive())).toMatchObject({ code: 'STOPPED', retryable: true, rank: 1 });
  });

  it('goes on over a broken connection', async () => {
    const { trainers, drive } = await gangOf({ steps: 40 }, { steps: 40 });
    const driving = drive();
    await until(() => (trainers[1].job?.step ?? 0) > 3);
    await trainers[1].breakConnections();
    expect((await driving).steps).toBe(40);
    expect(trainers[1].requests).toHaveLength(1);
    expect(trainers[1].attaches).toBeGreaterThan(0);
  });

  it('names the trainer that is gone', async () => {
    const { trainers, drive } = await gangOf({ steps: 400 }, { steps: 400 });
    const driving = failureOf(drive());
    await until(() => (trainers[1].job?.step ?? 0) > 3);
    await trainers[1].kill();
    const cause = await driving;
    expect(cause).toMatchObject({ code: 'TRAINER_LOST', retryable: true, rank: 1 });
    expect(cause.message).toContain(`trainer-1 (rank 1) at ${trainers[1].address} is lost`);
  });

  it('says that a trainer came back as a new process', async () => {
    const { trainers, drive } = await gangOf({ steps: 400 }, { steps: 400 });
    const driving = failureOf(drive());
    await until(() => (trainers[1].job?.step ?? 0) > 3);
    trainers[1].job = undefined;
    await trainers[1].breakConnections();
    expect((await driving).message).toContain('started anew');
  });

  it('reports the cause and not its consequence', async () => {
    const { drive } = await gangOf(
      {
        failAt: (step) =>
          step === 3
            ? { code: 'PEER_LOST', message: 'peer left', hint: 'h', retryable: true, peerRank: 1 }
            : undefined,
      },
      {
        stepMs: 20,
        failAt: (step) =>
          step === 3
            ? { code: 'BAD_DATA', message: 'sample x is bad', hint: 'mend it', retryable: false }
            : undefined,
      },
    );
    expect(await failureOf(drive())).toMatchObject({
      code: 'BAD_DATA',
      message: 'trainer-1 (rank 1): sample x is bad',
      hint: 'mend it',
      retryable: false,
    });
  });

  it('puts names to the ranks of a lost peer', async () => {
    const { trainers, drive } = await gangOf(
      {
        failAt: (step) =>
          step === 3
            ? { code: 'PEER_LOST', message: 'rank 1 closed', hint: 'h', retryable: true, peerRank: 1 }
            : undefined,
      },
      { stepMs: 1000 },
    );
    const cause = await failureOf(drive());
    expect(cause.message).toBe(
      `trainer-0 (rank 0): rank 1 closed; rank 1 is trainer-1 at ${trainers[1].address}`,
    );
    expect(cause).toMatchObject({ retryable: true, peerRank: 1 });
  });

  it('stops with a checkpoint when the run is cancelled', async () => {
    const { trainers, drive, reports, end } = await gangOf({ steps: 400 }, { steps: 400 });
    const driving = drive();
    await until(() => (trainers[0].job?.step ?? 0) > 3);
    end('cancelled');
    await expect(driving).rejects.toThrow('the run was cancelled');
    expect(trainers[0].stops).toEqual([
      { gangId: 'icons-1/stage-2/x', checkpoint: true, reason: 'run cancelled', hold: false },
    ]);
    expect(trainers[1].job?.over).toBe(true);
    expect(reports.at(-1)?.checkpoint).toMatch(/stage2-step\d+$/);
  });

  it('asks everybody before it gives a silent gang up, names who keeps the others, and keeps the answers', async () => {
    const waiting = JSON.stringify([{ collective: 'allReduce', sequence: 7, waitMs: [0, null] }]);
    const { drive, saved } = await gangOf({ stepMs: 10_000, collectivesJson: waiting }, { stepMs: 10_000 });
    const silence = { 0: 300, 1: 300, 2: 300, 3: 300, 4: 300 } as const;
    const cause = await failureOf(drive({ limits: new PhaseLimits(silence) }));
    expect(cause).toMatchObject({ code: 'TRAINER_STALLED', retryable: true, rank: 1, lost: ['trainer-1'] });
    expect(cause.message).toContain('trainer-1 (rank 1) keeps its gang from going on');
    expect(cause.message).toContain('while loading');
    expect(cause.message).toContain('trainer-0 training, step 1, in allReduce #7, waits for rank 1');
    expect(cause.hint).toContain('file:///reports/stage2-generation1-stall.json');
    expect(saved['stage2-generation1-stall.json']).toMatchObject({ culprit: { trainerId: 'trainer-1' } });
  });

  it('finds that a process is gone in well under a second', async () => {
    const { trainers, drive, registry } = await gangOf({ steps: 400 }, { steps: 400 });
    const [alive] = trainers;
    registry.register(registration('trainer-0', { grpcAddress: alive.address }));
    const driving = failureOf(drive({ times: { ...defaultDriveTimes } }));
    await until(() => (trainers[1].job?.step ?? 0) > 3);
    const began = performance.now();
    await trainers[1].kill();
    // Its peer sees the closed connection, and ends.
    alive.options.failAt = () => ({
      code: 'PEER_LOST',
      message: 'rank 1 closed',
      peerRank: 1,
      retryable: true,
    });
    expect(await driving).toMatchObject({ retryable: true, lost: ['trainer-1'] });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('stops the gang at a step when more trainers are there, without blame and without a checkpoint', async () => {
    const { trainers, drive, registry, input } = await gangOf({ steps: 4000 }, { steps: 4000 });
    const { gang } = input.config;
    input.config = {
      ...input.config,
      gang: { ...gang, trainers: 4 },
      data: { ...input.config.data, lanes: 4 },
    };
    const times = { ...defaultDriveTimes, heartbeatMs: 20, regroupAfterMs: 100 };
    const driving = failureOf(drive({ times }));
    await until(() => (trainers[0].job?.step ?? 0) > 3);
    for (const id of ['new-1', 'new-2']) registry.beat(registry.register(registration(id)), beat());
    const cause = await driving;
    expect(cause).toMatchObject({ code: 'REGROUP', retryable: true, lost: [] });
    expect(cause.step).toBeGreaterThan(3);
    expect(
      trainers.map((trainer) => trainer.stops.map(({ hold, checkpoint }) => [hold, checkpoint])),
    ).toEqual([[[true, false]], [[true, false]]]);
  });

  it('hands over to a new execution of the workflow after many reports, while the trainers go on', async () => {
    const { trainers, drive } = await gangOf({ steps: 400 }, { steps: 400 });
    const times = { ...defaultDriveTimes, heartbeatMs: 20, reportsPerExecution: 0 };
    expect(await drive({ times })).toEqual({ goesOn: true });
    expect(trainers.map((trainer) => trainer.job?.over)).toEqual([false, false]);
    expect(trainers.map((trainer) => trainer.stops)).toEqual([[], []]);
  });
});
