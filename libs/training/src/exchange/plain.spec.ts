import { initEngine } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, losses, makeGang, saveGang, trainGang } from '../../test/gang.ts';
import { memoryCollectives } from '../../test/memory-collective.ts';
import type { Collective, StageSettings } from '../index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 2 }));

const two = (log?: { tag: string; bytes: number }[]) =>
  memoryCollectives(2, log).map((collective) => ({ collective }));

async function run(settings: Partial<StageSettings>, peers = two()) {
  const gang = await makeGang({ peers, settings });
  const results = await trainGang(gang, 0, 4);
  const saved = await saveGang(gang);
  gang.forEach((trainer) => trainer.dispose());
  return { results, saved };
}

describe('plain data parallel', () => {
  it('sums buckets over the ranks while the backward pass still runs, with the same result as behind it', async () => {
    const times: number[] = [];
    const watched = two().map(({ collective }, rank) => ({
      collective: {
        ...collective,
        allReduce: (...args: Parameters<Collective['allReduce']>) => {
          if (rank === 0) times.push(performance.now());
          return collective.allReduce(...args);
        },
      },
    }));
    const gang = await makeGang({ peers: watched });
    const first = await trainGang(gang, 0, 1);
    const buckets = times.length;
    expect(buckets).toBeGreaterThan(4);
    const rest = [];
    const early: number[] = [];
    for (let step = 1; step < 4; step++) {
      times.length = 0;
      const began = performance.now();
      rest.push(...(await trainGang(gang, step, step + 1)));
      expect(times).toHaveLength(buckets);
      early.push((times[0]! - began) / (times.at(-1)! - began));
    }
    // The first bucket leaves long before the last one.
    expect(Math.min(...early)).toBeLessThan(0.9);
    const behind = await run({ overlap: false });
    expect(losses([...first, ...rest])).toEqual(losses(behind.results));
    expect(differences((await saveGang(gang)).params, behind.saved.params)).toEqual([]);
    gang.forEach((trainer) => trainer.dispose());
  });

  it('exchanges nothing between the micro-batches of a step', async () => {
    const log: { tag: string; bytes: number }[] = [];
    const one = await run({});
    const gang = await makeGang({ peers: two(log), settings: { accumulation: 2 } });
    const results = await trainGang(gang, 0, 4);
    const perStep = log.length / 4;
    expect(log.slice(0, perStep).map(({ tag }) => tag)).toEqual(
      Array.from({ length: perStep }, (_, i) => `gradients ${i}`),
    );
    const bytes = log.slice(0, perStep).reduce((sum, call) => sum + call.bytes, 0);
    expect(bytes).toBe(gang[0]!.gradientBytes + 64);
    losses(results).forEach((loss, i) => expect(loss / one.results[i]!.loss).toBeCloseTo(1, 5));
    gang.forEach((trainer) => trainer.dispose());
  });

  it('reduces in memory that was made for it, with the same result', async () => {
    const elsewhere = await run({});
    const gang = await makeGang({ peers: two() });
    const made: Float32Array[] = [];
    for (const trainer of gang) {
      let left = trainer.sharedMemory.inPlace;
      trainer.placeBuffers((length) => {
        left -= 4 * length;
        expect(left).toBeGreaterThanOrEqual(0);
        made.push(new Float32Array(length));
        return made.at(-1)!;
      });
    }
    expect(losses(await trainGang(gang, 0, 4))).toEqual(losses(elsewhere.results));
    expect(differences((await saveGang(gang)).params, elsewhere.saved.params)).toEqual([]);
    expect(made.every((buffer) => buffer.some((x) => x !== 0))).toBe(true);
    gang.forEach((trainer) => trainer.dispose());
  });

  it('gives up a step when a rank is lost in the middle of the pass, and can repeat it', async () => {
    const peers = two();
    const failing: Collective = {
      ...peers[0]!.collective,
      allReduce: (_, o) => (o?.tag === 'gradients 2' ? Promise.reject(new Error('lost')) : Promise.resolve()),
    };
    const [trainer] = await makeGang({ peers: [{ collective: failing }] });
    await expect(trainGang([trainer!], 0, 1)).rejects.toThrow('lost');
    expect(trainer!.stepsDone).toBe(0);
    trainer!.collective = memoryCollectives(1)[0]!;
    const [alone] = await makeGang({ peers: [{}] });
    expect(losses(await trainGang([trainer!], 0, 2))).toEqual(losses(await trainGang([alone!], 0, 2)));
    [trainer!, alone!].forEach((each) => each.dispose());
  });
});
