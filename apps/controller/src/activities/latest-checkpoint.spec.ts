import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkpointId, saveCheckpoint } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { latestCheckpoint } from './latest-checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-latest-'));
const storage = `file://${folder}`;
let middle: number;

async function save(stage: number, step: number): Promise<void> {
  const data = new Float32Array([step]);
  await saveCheckpoint(openStorage(storage), 'icons/checkpoints', {
    id: checkpointId(stage, step),
    parts: { vte: { 'vte.weight': { dtype: 'F32', shape: [1], data } } },
    state: {
      stage,
      step,
      totalSteps: 200,
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

beforeAll(async () => {
  await save(1, 200);
  await save(2, 100);
  await new Promise((resolve) => setTimeout(resolve, 5));
  middle = Date.now();
  await save(2, 200);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('finds the last one with its URL and whether its stage is complete', async () => {
  expect(await latestCheckpoint({ runId: 'icons', storage }, {})).toMatchObject({
    stage: 2,
    step: 200,
    complete: true,
    url: `${storage}/icons/checkpoints/stage2-step000200`,
  });
});

it('keeps to a stage and a time', async () => {
  expect(await latestCheckpoint({ runId: 'icons', storage, stage: 1 }, {})).toMatchObject({
    stage: 1,
    step: 200,
  });
  expect(await latestCheckpoint({ runId: 'icons', storage, stage: 1, since: middle }, {})).toBeNull();
  expect(await latestCheckpoint({ runId: 'icons', storage, stage: 2, since: middle }, {})).toMatchObject({
    step: 200,
  });
});

it('gives nothing for a run without checkpoints', async () => {
  expect(await latestCheckpoint({ runId: 'other', storage }, {})).toBeNull();
});
