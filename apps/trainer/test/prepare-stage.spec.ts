import type { RunConfig } from '@ovis/config';
import { createLogger } from '@ovis/telemetry';
import { initEngine, tf } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { StagePreparation } from '../src/prepare-stage.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-prepare-'));
  run = (await makeTinyRun(folder)).config;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function preparation() {
  const lines: string[] = [];
  const log = createLogger({ name: 'spec', level: 'silent' });
  const say = (line: unknown): void => void lines.push(String(line));
  vi.spyOn(log, 'info').mockImplementation(say);
  vi.spyOn(log, 'warn').mockImplementation(say);
  return { lines, prepares: new StagePreparation({ gpu: false, log }) };
}

const ask = (stage: number, o: { gangId?: string; config?: RunConfig } = {}) => ({
  ...{ runId: 'run', gangId: o.gangId ?? `run/stage-${stage}`, world: 2, stage, checkpointUrl: '' },
  runConfigJson: JSON.stringify(o.config ?? run),
});

it('prepares the stage it is asked for, then those that follow: the next gang finds its stage ready', async () => {
  const { lines, prepares } = preparation();
  const tensors = tf.memory().numTensors;
  expect(prepares.ask(ask(1))).toBe(false);
  await vi.waitFor(() => expect(prepares.ask(ask(1))).toBe(true), 60_000);
  // The next gang may ask while its stage is being prepared: that goes on.
  await vi.waitFor(() => expect(prepares.ask(ask(2))).toBe(true), 60_000);
  await vi.waitFor(() => expect(lines).toHaveLength(3), 60_000);
  expect(lines.map((line) => /^ready for (stage \d) of run, after [\d.]+ s$/.exec(line)?.[1])).toEqual([
    'stage 1',
    'stage 2',
    'stage 3',
  ]);
  expect(prepares.ask(ask(3))).toBe(true);
  await prepares.stop();
  expect(tf.memory().numTensors).toBe(tensors);
}, 120_000);

it('work ends it, what was ready stays so, and another config or size of the gang begins anew', async () => {
  const { lines, prepares } = preparation();
  const tensors = tf.memory().numTensors;
  prepares.ask(ask(1));
  await vi.waitFor(() => expect(lines).toHaveLength(1), 60_000);
  await prepares.stop();
  expect(tf.memory().numTensors).toBe(tensors);
  expect(prepares.ask(ask(1, { gangId: 'run/stage-1 again' }))).toBe(true);
  await prepares.stop();
  expect(prepares.ask(ask(1, { config: { ...run, seed: run.seed + 1 } }))).toBe(false);
  await prepares.stop();
}, 120_000);

it('says once why it cannot, and does not try again for the same gang', async () => {
  const { lines, prepares } = preparation();
  const config = { ...run, model: { ...run.model, backbones: `file://${folder}/nowhere` } };
  expect(prepares.ask(ask(1, { config }))).toBe(false);
  await vi.waitFor(() => expect(prepares.ask(ask(1, { config }))).toBe(true), 10_000);
  expect(lines).toEqual([expect.stringMatching(/^cannot prepare for stage 1 of run: .*nowhere/)]);
}, 30_000);
