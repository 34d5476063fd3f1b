import { afterEach, expect, it } from 'vitest';
import type { DriveStageInput } from '@ovis/workflows';
import { prepareSpares } from '../src/drive/prepare-spares.ts';
import { TrainerRegistry } from '../src/fleet/trainer-registry.ts';
import { FakeTrainer } from './fake-trainer.ts';
import { beat, registration } from './fleet-fixture.ts';
import { config } from './run-config.ts';

const trainers: FakeTrainer[] = [];
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.kill();
});

const inputOf = (gangId: string): DriveStageInput => ({
  ...{ runId: 'r', stage: 1, config, checkpointUrl: '', initial: true, startStep: 0, submittedAt: 0 },
  gang: {
    gangId,
    generation: 1,
    trainers: [0, 1].map((rank) => ({ trainerId: `m${rank}`, rank, grpcAddress: '', collectiveAddress: '' })),
  },
});

it('asks the free trainers until they are ready, and leaves those alone that prepare for another gang at work', async () => {
  const registry = new TrainerRegistry();
  const join = async (id: string) => {
    const trainer = await new FakeTrainer({ id }).listen();
    trainers.push(trainer);
    const entry = registry.register({ ...registration(id), grpcAddress: trainer.address });
    registry.beat(entry, beat());
    return { trainer, entry };
  };
  const spare = await join('spare');
  const busy = await join('busy');
  registry.lease(busy.entry, { runId: 'r', gangId: 'first', generation: 1 });

  for (let i = 0; i < 3; i++) await prepareSpares(inputOf('first'), registry);
  expect(spare.trainer.prepared).toEqual(['first', 'first']);
  expect(busy.trainer.prepared).toEqual([]);

  await prepareSpares(inputOf('second'), registry);
  expect(spare.trainer.prepared).toHaveLength(2);
  registry.release('first', 1);
  await prepareSpares(inputOf('second'), registry);
  expect(spare.trainer.prepared).toEqual(['first', 'first', 'second']);
});
