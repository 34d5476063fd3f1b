import { describe, expect, it } from 'vitest';
import type { StageError } from './errors.ts';
import { runStage } from './loop.ts';
import type { CheckpointRequest, RunStageOptions, StageBatch, StepReport } from './loop.ts';

/** A trainer that only counts; `stopsAt` is a peer's request. */
function fakeTrainer(done = 0, stopsAt = Infinity): RunStageOptions['trainer'] {
  const trainer = {
    stepsDone: done,
    settings: { stage: 2 } as RunStageOptions['trainer']['settings'],
    async step(_: unknown, { requestStop = false } = {}) {
      trainer.stepsDone++;
      return {
        step: trainer.stepsDone,
        loss: 1 / trainer.stepsDone,
        gradNorm: 1,
        learningRate: 0,
        learningRates: [0],
        tokens: 5,
        stopRequested: requestStop || trainer.stepsDone === stopsAt,
        computeMs: 1,
        communicateMs: 0,
        stagingMs: 0,
      };
    },
  };
  return trainer;
}

async function* batches(from = 0, to = Infinity): AsyncGenerator<StageBatch<number>> {
  for (let i = from; i < to; i++) yield { microBatches: [], images: 4, cursor: i + 1 };
}

function run(options: Partial<RunStageOptions<number>>) {
  const steps: StepReport[] = [];
  const checkpoints: CheckpointRequest<number>[] = [];
  const result = runStage<number>({
    trainer: fakeTrainer(options.fromStep),
    batches: batches(options.fromStep),
    fromStep: 0,
    totalSteps: 7,
    checkpointEvery: 3,
    onStep: (step) => void steps.push(step),
    onCheckpoint: (request) => void checkpoints.push(request),
    ...options,
  });
  return { steps, checkpoints, result };
}

describe('runStage', () => {
  it('does every step and checkpoints at intervals and at the end', async () => {
    const { steps, checkpoints, result } = run({});
    expect(await result).toEqual({ reason: 'finished', step: 7, loss: 1 / 7, cursor: 7 });
    expect(steps.map(({ step, images }) => [step, images])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((step) => [step, 4]),
    );
    expect(checkpoints).toEqual([
      { step: 3, reason: 'interval', cursor: 3 },
      { step: 6, reason: 'interval', cursor: 6 },
      { step: 7, reason: 'finished', cursor: 7 },
    ]);
  });

  it('goes on from a step', async () => {
    const { steps, result } = run({ fromStep: 5 });
    expect((await result).cursor).toBe(7);
    expect(steps.map(({ step }) => step)).toEqual([6, 7]);
  });

  it('saves once where the interval and the end meet', async () => {
    const { checkpoints, result } = run({ totalSteps: 6 });
    await result;
    expect(checkpoints.map(({ step, reason }) => [step, reason])).toEqual([
      [3, 'interval'],
      [6, 'finished'],
    ]);
  });

  it('stops behind the step that was running, with the cursor of the last batch used', async () => {
    let asked = 0;
    const { checkpoints, result } = run({ shouldStop: () => ++asked === 2 });
    expect(await result).toEqual({ reason: 'stopped', step: 2, loss: 1 / 2, cursor: 2 });
    expect(checkpoints).toEqual([{ step: 2, reason: 'stopped', cursor: 2 }]);
  });

  it('stops with its peers', async () => {
    const { result } = run({ trainer: fakeTrainer(0, 4) });
    expect(await result).toMatchObject({ reason: 'stopped', step: 4 });
  });

  it('saves nothing while the loss explodes, and ends where the trainer says to go back', async () => {
    const trainer = fakeTrainer();
    const { step } = trainer;
    const actions: Record<number, 'wait' | 'rollback'> = { 3: 'wait', 4: 'wait', 5: 'rollback' };
    trainer.step = async (...o) => {
      const result = await step(...o);
      const action = actions[result.step];
      return { ...result, ...(action && { bad: { action, notFinite: false, message: 'too much' } }) };
    };
    const { checkpoints, result } = run({ trainer, checkpointEvery: 1 });
    expect(await result).toMatchObject({
      reason: 'rollback',
      step: 5,
      cursor: 5,
      bad: { message: 'too much' },
    });
    expect(checkpoints.map(({ step }) => step)).toEqual([1, 2]);
  });

  it('saves no weights that are no numbers', async () => {
    const error = new Error('not finite');
    const trainer = { ...fakeTrainer(), weightsError: () => Promise.resolve(error as StageError) };
    const { checkpoints, result } = run({ trainer });
    await expect(result).rejects.toBe(error);
    expect(checkpoints).toEqual([]);
  });

  it('does not save twice when stopped at an interval', async () => {
    const { checkpoints, result } = run({ trainer: fakeTrainer(0, 3) });
    await result;
    expect(checkpoints).toEqual([{ step: 3, reason: 'interval', cursor: 3 }]);
  });

  it('saves when it is stopped where the checkpoint of an interval was left out', async () => {
    const asked: [number, string][] = [];
    const { result } = run({
      trainer: fakeTrainer(0, 3),
      onCheckpoint: ({ step, reason }) => {
        asked.push([step, reason]);
        return Promise.resolve(reason !== 'interval');
      },
    });
    await result;
    expect(asked).toEqual([
      [3, 'interval'],
      [3, 'stopped'],
    ]);
  });

  it('closes the data, also after a failure', async () => {
    let closed = 0;
    async function* closing() {
      try {
        yield* batches();
      } finally {
        closed++;
      }
    }
    await run({ batches: closing() }).result;
    const failing = fakeTrainer();
    failing.step = () => Promise.reject(new Error('peer lost'));
    await expect(run({ batches: closing(), trainer: failing }).result).rejects.toThrow('peer lost');
    expect(closed).toBe(2);
  });

  it.each([
    ['OUT_OF_DATA', { batches: batches(0, 4) }],
    ['STATE_MISMATCH', { fromStep: 2, trainer: fakeTrainer(3) }],
  ])('says %s', async (code, options) => {
    await expect(run(options).result).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/./),
    });
  });
});
