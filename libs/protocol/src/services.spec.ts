import { afterEach, describe, expect, it } from 'vitest';
import {
  AsyncQueue,
  fleetClient,
  RequestError,
  RpcError,
  serveFleet,
  serveTrainer,
  trainerClient,
} from './index.ts';
import { StagePhase, StageSource, TrainerState } from './index.ts';
import type { FleetCommandInput, FleetImplementation, RunStageRequest, StageEvent } from './index.ts';
import type { StageEventInput, TrainerImplementation, TrainerReport } from './index.ts';
import { idleTrainer } from '../test/idle-trainer.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function trainer(overrides: Partial<TrainerImplementation> = {}): TrainerImplementation {
  return { ...idleTrainer, stop: async () => ({ stopped: true }), ...overrides };
}

async function trainerPair(overrides: Partial<TrainerImplementation>, deadlineMs?: number) {
  const server = await serveTrainer(trainer(overrides));
  cleanups.push(() => server.close());
  const client = trainerClient(server.address, { deadlineMs });
  cleanups.push(() => client.close());
  return { server, client };
}

async function fleetPair(overrides: Partial<FleetImplementation>) {
  const server = await serveFleet({
    async *watch() {},
    listTrainers: async () => ({}),
    async *watchRun() {},
    drainTrainer: async () => ({}),
    ...overrides,
  });
  cleanups.push(() => server.close());
  const client = fleetClient(server.address);
  cleanups.push(() => client.close());
  return { server, client };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => expect.fail('the call should have failed'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

describe('TrainerService', () => {
  it('streams stage events as plain objects with every field and the kind of event', async () => {
    let received: RunStageRequest | undefined;
    const { client } = await trainerPair({
      async *runStage(request) {
        received = request;
        yield {
          stage: 2,
          generation: 3,
          rank: 1,
          atMs: 1.5e12,
          started: { stepsTotal: 4, trainableParams: 3e10 },
        };
        yield { stage: 2, phase: { phase: StagePhase.COMPILING } };
        yield { stage: 2, step: { step: 1, loss: NaN, lr: 0 } };
        yield { stage: 2, failed: { code: 'PEER_LOST', peerRank: 0 } };
      },
    });
    const request = { runId: 'r', gangId: 'g', world: 2, collectiveAddresses: ['a:1', 'b:2'], initial: true };
    const events = await collect(client.runStage(request));
    expect(received).toMatchObject({ ...request, generation: 0, checkpointUrl: '' });
    expect(events.map((e) => e.event)).toEqual(['started', 'phase', 'step', 'failed']);
    const [started, phase, step, failed] = events;
    expect(started).toEqual({
      stage: 2,
      generation: 3,
      rank: 1,
      atMs: 1.5e12,
      event: 'started',
      started: {
        ...{ stepsTotal: 4, firstStep: 0, trainableParams: 3e10 },
        ...{ source: StageSource.UNSPECIFIED, sourceDetail: '' },
      },
    });
    expect(phase?.event === 'phase' && phase.phase.phase).toBe(StagePhase.COMPILING);
    expect(step?.event === 'step' && step.step.loss).toBeNaN();
    expect(step?.event === 'step' && step.step.imagesPerS).toBe(0);
    // peer_rank 0 is not the same as no peer.
    expect(failed?.event === 'failed' && failed.failed.peerRank).toBe(0);
    expect(JSON.parse(JSON.stringify(failed))).toMatchObject({ failed: { retryable: false, hint: '' } });
  });

  it('delivers everything in order to a slow reader and holds the writer back', async () => {
    let written = 0;
    const padding = 'x'.repeat(10_000);
    const { client } = await trainerPair({
      async *attach() {
        for (let step = 1; step <= 2_000; step += 1) {
          written = step;
          yield { phase: { detail: padding }, stage: step };
        }
      },
    });
    const stages: number[] = [];
    for await (const event of client.attach({ gangId: 'g' })) {
      if (stages.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(written).toBeLessThan(1_500);
      }
      stages.push(event.stage);
    }
    expect(stages).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1));
  });

  it('tells the handler when the reader leaves, and runs its finally', async () => {
    const ended = deferred<string>();
    const { client } = await trainerPair({
      async *runStage(_request, { signal }): AsyncGenerator<StageEventInput> {
        try {
          for (let step = 1; ; step += 1) {
            yield { step: { step } };
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        } finally {
          ended.resolve(`aborted ${signal.aborted}`);
        }
      },
    });
    let seen = 0;
    for await (const event of client.runStage({})) {
      expect(event.event).toBe('step');
      seen += 1;
      if (seen === 3) break;
    }
    expect(await ended.promise).toBe('aborted true');
  });

  it('cancels by AbortSignal, also when the handler never yields', async () => {
    const aborted = deferred<void>();
    const { client } = await trainerPair({
      runStage: (_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        return new AsyncQueue<StageEventInput>();
      },
    });
    const controller = new AbortController();
    const reading = collect(client.runStage({}, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    expect((await failure(reading)).code).toBe('CANCELLED');
    await aborted.promise;
    const again = () => client.runStage({}, { signal: controller.signal });
    expect(again).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  });

  it('carries code and hint of a thrown error, after the events before it', async () => {
    const { client } = await trainerPair({
      async *attach() {
        yield { stage: 1 };
        throw new RequestError('NOT_FOUND', 'no gang «g» in generation 2', 'submit again – it ended');
      },
      stop: async () => {
        throw Object.assign(new Error('disk full'), { code: 'NO_SPACE', hint: 'free 2 GB' });
      },
      getStatus: async () => {
        throw new TypeError('a bug');
      },
    });
    const seen: StageEvent[] = [];
    const reading = (async () => {
      for await (const event of client.attach({ gangId: 'g' })) seen.push(event);
    })();
    const missing = await failure(reading);
    expect(seen).toHaveLength(1);
    expect(missing).toMatchObject({ code: 'NOT_FOUND', hint: 'submit again – it ended' });
    expect(missing.message).toContain('no gang «g» in generation 2');
    expect(await failure(client.stop({}))).toMatchObject({
      code: 'NO_SPACE',
      message: 'disk full',
      hint: 'free 2 GB',
    });
    expect(await failure(client.getStatus())).toMatchObject({ code: 'INTERNAL' });
  });

  it('gives an error even when reading begins after the call failed', async () => {
    const { client } = await trainerPair({
      attach: () => {
        throw new RequestError('NOT_FOUND', 'gone', 'hint');
      },
    });
    const stream = client.attach({});
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await failure(collect(stream))).code).toBe('NOT_FOUND');
  });

  it('ends a unary call at its deadline, naming address and time', async () => {
    const { client, server } = await trainerPair({ stop: () => new Promise(() => {}) });
    await client.getStatus();
    const error = await failure(client.stop({}, { deadlineMs: 100 }));
    expect(error.code).toBe('DEADLINE');
    expect(error.message).toContain(server.address);
    expect(error.message).toContain('100 ms');
  });

  it('says CONNECTION_LOST when the server goes away during a stream', async () => {
    const { client, server } = await trainerPair({
      async *runStage(): AsyncGenerator<StageEventInput> {
        yield { step: { step: 1 } };
        await new Promise(() => {});
      },
    });
    const reading = (async () => {
      for await (const event of client.runStage({})) if (event.event === 'step') void server.close();
    })();
    const error = await failure(reading);
    expect(error.message).toContain(server.address);
    expect(error.code).toBe('CONNECTION_LOST');
  });
});

describe('FleetService', () => {
  it('registers, sends heartbeats and receives commands pushed at any time', async () => {
    const reports: TrainerReport[] = [];
    const commands = new AsyncQueue<FleetCommandInput>();
    const left = deferred<void>();
    const { client } = await fleetPair({
      watch: (incoming) => {
        void (async () => {
          for await (const report of incoming) {
            reports.push(report);
            if (report.report === 'registration') commands.push({ accepted: { heartbeatMs: 500 } });
          }
          left.resolve();
        })();
        return commands;
      },
    });
    const watch = client.watch();
    const read = watch[Symbol.asyncIterator]();
    expect(await watch.send({ registration: { trainerId: 't1', versions: { node: '20' } } })).toBe(true);
    expect((await read.next()).value).toEqual({ command: 'accepted', accepted: { heartbeatMs: 500 } });
    await watch.send({ heartbeat: { state: TrainerState.BUSY, step: 7 } });
    commands.push({ drain: { reason: 'maintenance' } });
    expect((await read.next()).value).toEqual({ command: 'drain', drain: { reason: 'maintenance' } });
    watch.cancel();
    await left.promise;
    expect(reports.map((r) => r.report)).toEqual(['registration', 'heartbeat']);
    expect(reports[0]).toMatchObject({
      registration: { trainerId: 't1', versions: { node: '20' }, labels: {} },
    });
    expect(reports[1]).toMatchObject({ heartbeat: { state: TrainerState.BUSY, step: 7, runId: '' } });
    expect(await watch.send({ heartbeat: {} })).toBe(false);
  });

  it('lists trainers and follows a run', async () => {
    const { client } = await fleetPair({
      listTrainers: async () => ({
        trainers: [{ registration: { trainerId: 't1' }, connected: true, silentMs: 12 }],
      }),
      async *watchRun({ runId }) {
        yield { runId, trainerId: 't1', stage: { stage: 1, step: { step: 3, loss: 0.5 } } };
        yield { runId, note: { level: 'info', message: 'done', final: true } };
      },
    });
    const [one] = await client.listTrainers();
    expect(one).toMatchObject({
      registration: { trainerId: 't1', host: '' },
      heartbeat: null,
      connected: true,
    });
    const events = await collect(client.watchRun({ runId: 'icons-1' }));
    expect(events[0]).toMatchObject({
      runId: 'icons-1',
      event: 'stage',
      stage: { event: 'step', step: { loss: 0.5 } },
    });
    expect(events[1]).toMatchObject({ event: 'note', note: { final: true } });
  });
});

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}
