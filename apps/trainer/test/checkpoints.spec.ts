import { listCheckpoints, loadCheckpoint, verifyCheckpoint, type HostTensors } from '@ovis/checkpoint';
import type { RunConfig, StageConfig } from '@ovis/config';
import { joinUrl, openStorage } from '@ovis/storage';
import { initEngine } from '@ovis/tensorflow';
import type { LaneCursor } from '@ovis/webdataset';
import { makeTinyRun } from '@ovis/tiny-run';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGang, type GangRun } from './run-gang.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-checkpoints-'));
  run = (await makeTinyRun(folder)).config;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const STEPS = 4;

/** Short stages with a checkpoint in the middle. */
function config(changes: Partial<StageConfig> = {}, checkpoints: RunConfig['checkpoints'] = undefined) {
  const stages = run.stages.map((stage) => ({ ...stage, steps: STEPS, checkpointEvery: 2, ...changes }));
  return { ...run, stages: stages as RunConfig['stages'], checkpoints };
}

const stageOf = (o: Omit<GangRun, 'run'>, changes?: Partial<StageConfig>, kept?: RunConfig['checkpoints']) =>
  runGang({ run: config(changes, kept), ...o });

const storageOf = (runId: string) => openStorage(joinUrl(run.storage, `${runId}/checkpoints`));

/** Fingerprints of weights and moments. */
async function stateOf(runId: string, id: string): Promise<Record<string, string>> {
  const { parts, manifest } = await loadCheckpoint(storageOf(runId), '', id, { fallback: false });
  expect(manifest.id).toBe(id);
  const all = Object.assign({}, ...Object.values(parts)) as HostTensors;
  return Object.fromEntries(
    Object.entries(all)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { data }]) => [
        name,
        createHash('sha1')
          .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
          .digest('hex'),
      ]),
  );
}

const idOf = (stage: number, step: number): string => `stage${stage}-step00000${step}`;
const url = (runId: string, id: string): string => joinUrl(run.storage, `${runId}/checkpoints/${id}`);

describe('a run that goes on from a checkpoint in the middle of a stage', () => {
  it('is bit for bit the one that was not interrupted, weights, moments and losses, in every stage and over their ends', async () => {
    let from: string | undefined;
    for (const stage of [1, 2, 3] as const) {
      const whole = await stageOf({ stage, world: 2, runId: 'whole', ...(from ? { from } : {}) });
      // The checkpoint in the middle was written while the training went on.
      const middle = url('whole', idOf(stage, 2));
      const resumed = await stageOf({
        stage,
        world: 2,
        runId: `resumed-${stage}`,
        from: middle,
        initial: false,
      });
      expect(resumed.losses).toEqual(whole.losses.slice(2));
      expect(await stateOf(`resumed-${stage}`, idOf(stage, STEPS))).toEqual(
        await stateOf('whole', idOf(stage, STEPS)),
      );
      // The next stage begins with what the interrupted one has saved.
      from = resumed.checkpointUrl;
    }
    const all = await listCheckpoints(storageOf('whole'), '');
    expect(all.map(({ id }) => id)).toEqual(
      [1, 2, 3].flatMap((stage) => [idOf(stage, 2), idOf(stage, STEPS)]),
    );
    for (const { id } of all) expect(await verifyCheckpoint(storageOf('whole'), '', id)).toEqual([]);
    // The LLM of stage 1 was written once; stage 2 came from another run's folder, and wrote it once more.
    const origins = all.map(({ files }) =>
      Object.entries(files)
        .filter(([name]) => name.startsWith('llm'))
        .map(([, { key }]) => key.split('/')[0]!),
    );
    expect(origins.slice(0, 4).flat()).toEqual([1, 1, 2, 2].map((stage) => idOf(stage, 2)));
    const events = await stageOf({ stage: 1, world: 2, runId: 'events' });
    const saved = events.events[0]!.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint] : []));
    expect(saved.map(({ step }) => step)).toEqual([2, STEPS]);
    expect(saved[1]!.writtenBytes! < saved[1]!.bytes!).toBe(true);
    for (const { snapshotMs, waitMs, ms } of saved) expect(snapshotMs! + waitMs!).toBeLessThan(ms! + 1e3);
  }, 300_000);

  it('sees the same samples with another number of trainers, and loses to rounding', async () => {
    const whole = await stageOf({ stage: 1, world: 2, runId: 'two' });
    const alone = await stageOf({
      stage: 1,
      world: 1,
      runId: 'one',
      from: url('two', idOf(1, 2)),
      initial: false,
    });
    const again = await stageOf({
      stage: 1,
      world: 2,
      runId: 'two-again',
      from: url('one', idOf(1, STEPS)),
      initial: true,
    });
    alone.losses.forEach((loss, i) => expect(loss / whole.losses[i + 2]!).toBeCloseTo(1, 5));
    expect(again.losses[0]! / whole.losses.at(-1)!).toBeLessThan(1.2);
    const cursors = async (runId: string): Promise<LaneCursor[]> => {
      const { state } = await loadCheckpoint(storageOf(runId), '', idOf(1, STEPS));
      return (state.cursors as LaneCursor[]).sort((a, b) => a.lane - b.lane);
    };
    expect(await cursors('one')).toEqual(await cursors('two'));
  }, 200_000);

  it('leaves checkpoints out while the one before is still being written, on all ranks, and says which', async () => {
    const hasty = { metric: 'loss' as const, patienceMinutes: 1, waitSeconds: 0 };
    const steps = 12;
    const { events, losses } = await stageOf(
      { stage: 1, world: 2, runId: 'hasty' },
      { steps, checkpointEvery: 1 },
      hasty,
    );
    expect(losses).toHaveLength(steps);
    const saved = (await listCheckpoints(storageOf('hasty'), '')).map(({ step }) => step);
    expect(saved.at(-1)).toBe(steps);
    const warnings = events[0]!.flatMap(({ warning }) =>
      warning?.signature === 'late-checkpoint' ? [warning] : [],
    );
    expect(warnings.length).toBeGreaterThan(0);
    // An episode goes from its first warning to the step of the one that says that it is over.
    const leftOut = warnings.flatMap(({ step, over }, i) => {
      const end = warnings[i + 1]?.step ?? steps;
      return over ? [] : Array.from({ length: end - step! }, (_, k) => step! + k);
    });
    const all = Array.from({ length: steps }, (_, i) => i + 1);
    expect(leftOut).toEqual(all.filter((step) => !saved.includes(step)));
  }, 120_000);

  it('keeps as many checkpoints as the run file says', async () => {
    const kept = { keepLast: 1, metric: 'loss' as const, patienceMinutes: 1, waitSeconds: 60 };
    const { checkpointUrl } = await stageOf(
      { stage: 1, world: 2, runId: 'kept' },
      { checkpointEvery: 1 },
      kept,
    );
    expect(checkpointUrl).toBe(url('kept', idOf(1, STEPS)));
    const left = await listCheckpoints(storageOf('kept'), '');
    expect(left.map(({ id }) => id)).toEqual([idOf(1, STEPS)]);
    expect(await verifyCheckpoint(storageOf('kept'), '', idOf(1, STEPS))).toEqual([]);
  }, 120_000);
});
