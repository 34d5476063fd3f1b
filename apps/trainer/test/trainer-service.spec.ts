import { CollectiveListener } from '@ovis/allreduce';
import { TrainerState, type RunStageRequest, type ServerCall, type StageEventInput } from '@ovis/protocol';
import { createLogger } from '@ovis/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrainerWork } from '../src/trainer-service.ts';

const call = { signal: new AbortController().signal } as ServerCall;
const gang = (gangId: string, generation = 1) => ({ runId: gangId.split('/')[0] ?? '', gangId, generation });
const config = {
  storage: 'file:///nowhere',
  stages: [{ stage: 1 }],
  model: { backbones: 'file:///nowhere' },
};

let listener: CollectiveListener;
let work: TrainerWork;
beforeEach(async () => {
  listener = await CollectiveListener.listen();
  const log = createLogger({ name: 'spec', level: 'silent' });
  work = new TrainerWork({ trainerId: 't1', listener, device: { gpu: false, lanes: 1 }, log });
});
afterEach(() => listener.close());

const reserve = async (gangId: string, generation?: number) =>
  work.implementation.reserve(gang(gangId, generation), call);
const release = async (gangId: string, generation = 1) =>
  work.implementation.release({ gangId, generation, reason: '' }, call);

/** A stage whose second rank never comes: it waits for it. */
const waiting = (gangId: string, generation: number): RunStageRequest => ({
  ...gang(gangId, generation),
  rank: 0,
  world: 2,
  collectiveAddresses: [listener.address, '127.0.0.1:1'],
  stage: 1,
  runConfigJson: JSON.stringify(config),
  checkpointUrl: '',
  initial: true,
  attempt: 1,
  startStep: 0,
  acceptChanges: false,
});

async function eventsOf(request: RunStageRequest): Promise<StageEventInput[]> {
  const events: StageEventInput[] = [];
  for await (const event of work.implementation.runStage(request, call)) events.push(event);
  return events;
}

describe('a trainer', () => {
  it('belongs to one gang at a time, whatever controllers believe', async () => {
    await reserve('a/stage-1');
    await expect(reserve('b/stage-1')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await reserve('a/stage-1', 3);
    await expect(reserve('a/stage-1', 2)).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    expect(work.heartbeat()).toMatchObject({
      state: TrainerState.IDLE,
      reservation: { runId: 'a', gangId: 'a/stage-1', generation: 3 },
    });
    // Of a generation that is over: the later one keeps it.
    await release('a/stage-1', 2);
    await expect(reserve('b/stage-1')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await release('a/stage-1', 3)).toEqual({ released: true });
    await reserve('b/stage-1');
  });

  it('does no work that it was not reserved for', async () => {
    await expect(eventsOf(waiting('a/stage-1', 1))).rejects.toMatchObject({ code: 'NOT_RESERVED' });
    await reserve('a/stage-1', 2);
    await expect(eventsOf(waiting('a/stage-1', 1))).rejects.toMatchObject({ code: 'STALE_GENERATION' });
  });

  it('leaves peers that do not come as soon as a newer generation begins, or the gang is released', async () => {
    await reserve('a/stage-1', 2);
    const first = eventsOf(waiting('a/stage-1', 2));
    await expect.poll(() => work.heartbeat().state).toBe(TrainerState.BUSY);
    await reserve('a/stage-1', 3);
    const began = performance.now();
    const second = eventsOf(waiting('a/stage-1', 3));
    expect((await first).at(-1)).toMatchObject({ failed: { code: 'GROUP_ABORTED', retryable: true } });
    await expect.poll(() => work.heartbeat().generation).toBe(3);
    expect(await release('a/stage-1', 3)).toEqual({ released: true });
    expect((await second).at(-1)).toMatchObject({ failed: { code: 'GROUP_ABORTED' } });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(work.heartbeat()).toMatchObject({ state: TrainerState.IDLE, reservation: undefined });
  });

  it('that leaves takes nothing more', async () => {
    await work.drain('maintenance');
    await expect(reserve('a/stage-1')).rejects.toMatchObject({ code: 'DRAINING' });
    expect(work.heartbeat().state).toBe(TrainerState.DRAINING);
  });
});
