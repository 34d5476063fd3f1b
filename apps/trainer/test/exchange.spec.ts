import type { RunConfig, StageConfig } from '@ovis/config';
import { initEngine } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGang as runRanks, type GangRun } from './run-gang.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-exchange-'));
  run = (await makeTinyRun(folder)).config;
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface StageRun extends Omit<GangRun, 'run' | 'stage'> {
  gang?: Partial<RunConfig['gang']>;
  stageKeys?: Partial<StageConfig>;
}

/** Stage 1 of the tiny run in real groups of this process: six steps. */
function runGang({ gang, stageKeys, ...o }: StageRun) {
  const stages = run.stages.map((stage) => ({ ...stage, ...stageKeys })) as RunConfig['stages'];
  return runRanks({ ...o, stage: 1, run: { ...run, gang: { ...run.gang, ...gang }, stages } });
}

const TIMEOUT = 240_000;

describe('what trainers exchange', () => {
  it(
    'is the same whether the optimizer is shared out or not, bit for bit; also after a stop, and with the other kind',
    { timeout: TIMEOUT },
    async () => {
      // Small buckets, so that there are some.
      const small = { gradientBucketMb: 0.02 };
      const sharded = { ...small, shardOptimizer: true };
      const plain = await runGang({ world: 2, runId: 'plain', gang: small });
      const whole = await runGang({ world: 2, runId: 'sharded', gang: sharded });
      expect(whole.losses).toEqual(plain.losses);
      const stopped = await runGang({ world: 2, runId: 'sharded-stop', gang: sharded, stopAfter: 3 });
      for (const gang of [sharded, small]) {
        const from = stopped.checkpointUrl;
        const resumed = await runGang({ world: 2, runId: 'sharded-stop', gang, from, initial: false });
        expect([...stopped.losses, ...resumed.losses]).toEqual(plain.losses);
      }
    },
  );

  it(
    'may be bytes: nearly the same losses, and after a stop the very same',
    { timeout: TIMEOUT },
    async () => {
      const stageKeys = { gradientCompression: 'int8' } as const;
      const plain = await runGang({ world: 2, runId: 'uncompressed' });
      const whole = await runGang({ world: 2, runId: 'int8', stageKeys });
      whole.losses.forEach((loss, step) =>
        expect(Math.abs(loss / plain.losses[step]! - 1)).toBeLessThan(5e-3),
      );
      expect(whole.losses).not.toEqual(plain.losses);
      const stopped = await runGang({ world: 2, runId: 'int8-stop', stageKeys, stopAfter: 3 });
      const from = stopped.checkpointUrl;
      const resumed = await runGang({ world: 2, runId: 'int8-stop', stageKeys, from, initial: false });
      expect([...stopped.losses, ...resumed.losses]).toEqual(whole.losses);
    },
  );

  it.each([
    { world: 2, sites: 2 },
    { world: 4, sites: 2 },
  ])(
    'is weights, every few steps, for $world trainers in $sites sites; also after a stop',
    { timeout: TIMEOUT },
    async ({ world, sites }) => {
      const gang = { trainers: world, localSteps: 2, sites, outerLearningRate: 0.7, outerMomentum: 0.9 };
      const runId = `sites-${world}`;
      const whole = await runGang({ world, runId, gang });
      expect(whole.losses).toHaveLength(6);
      for (const events of whole.events)
        expect(events.flatMap(({ step }) => (step ? [step.loss] : []))).toEqual(whole.losses);
      // In the middle of a round.
      const stopped = await runGang({ world, runId: `${runId}-stop`, gang, stopAfter: 2 });
      expect(stopped.losses.length % 2).toBe(1);
      const from = stopped.checkpointUrl;
      const resumed = await runGang({ world, runId: `${runId}-stop`, gang, from, initial: false });
      expect([...stopped.losses, ...resumed.losses]).toEqual(whole.losses);
      // What the stage ends with is one model: a gang without sites begins stage 2 with it.
      const next = await runRanks({ run, stage: 2, world: 2, runId, from: whole.checkpointUrl });
      expect(next.losses).toHaveLength(6);
    },
  );
});
