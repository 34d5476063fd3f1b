import { initEngine, memory } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, losses, makeGang, saveGang, trainGang } from '../../test/gang.ts';
import { memoryCollectives } from '../../test/memory-collective.ts';
import type { Collective, Snapshot, StageSettings } from '../index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 2 }));

const peersOf = (world: number) => memoryCollectives(world).map((collective) => ({ collective }));
// Clipping and decay take part.
const strict: Partial<StageSettings> = { clipNorm: 0.5, weightDecay: 0.1 };
const sharded = { ...strict, shardOptimizer: true };

async function run(world: number, settings: Partial<StageSettings>, to = 3, from?: Snapshot) {
  const gang = await makeGang({ peers: peersOf(world), settings, from });
  const results = await trainGang(gang, from?.state.step ?? 0, to);
  const saved = await saveGang(gang);
  gang.forEach((trainer) => trainer.dispose());
  return { results, saved };
}

describe('the optimizer shared out', () => {
  it.each([2, 4])(
    'gives %i ranks the weights and moments of plain data parallel, bit for bit',
    async (world) => {
      const plain = await run(world, strict);
      const { results, saved } = await run(world, sharded);
      expect(Math.max(...results.map(({ gradNorm }) => gradNorm))).toBeGreaterThan(0.5);
      expect(results.map(({ loss, gradNorm }) => [loss, gradNorm])).toEqual(
        plain.results.map(({ loss, gradNorm }) => [loss, gradNorm]),
      );
      expect(differences(saved.params, plain.saved.params)).toEqual([]);
      expect(differences(saved.optimizer, plain.saved.optimizer)).toEqual([]);
    },
  );

  it('goes on from plain data parallel and the other way, bit for bit; alone, to rounding', async () => {
    const whole = await run(2, sharded, 4);
    const half = await run(2, sharded, 2);
    const plainHalf = await run(2, strict, 2);
    for (const [settings, from] of [
      [strict, half.saved],
      [sharded, plainHalf.saved],
    ] as const) {
      const rest = await run(2, settings, 4, from);
      expect(losses(rest.results)).toEqual(losses(whole.results.slice(2)));
      expect(differences(rest.saved.params, whole.saved.params)).toEqual([]);
    }
    const alone = await run(1, sharded, 4, half.saved);
    losses(alone.results).forEach((loss, i) => expect(loss / whole.results[i + 2]!.loss).toBeCloseTo(1, 4));
  });

  it('keeps 1/world of the moments', async () => {
    const held = async (world: number, settings: Partial<StageSettings>) => {
      const before = memory().variables.bytes;
      const gang = await makeGang({ peers: peersOf(world), settings });
      await trainGang(gang, 0, 1);
      const bytes = memory().variables.bytes - before;
      const sizes = gang.map(({ trainedSize }) => 4 * trainedSize);
      gang.forEach((trainer) => trainer.dispose());
      expect(memory().variables.bytes).toBe(before);
      return bytes / sizes.reduce((sum, size) => sum + size);
    };
    // Weights and two moments; then whole weights, a quarter of them, of the moments and of the gradients. Slices are aligned.
    expect(await held(4, strict)).toBeGreaterThan(3);
    expect(await held(4, strict)).toBeLessThan(3.15);
    expect(await held(4, sharded)).toBeLessThan(1 + 4 / 4 + 0.15);
  });

  it('does not go on with other peers, nor after a step that failed halfway', async () => {
    const peers = peersOf(2);
    const failing: Collective = {
      ...peers[0]!.collective,
      allReduce: () => Promise.resolve(),
      reduceScatter: () => Promise.resolve(),
      allGather: (_, __, o) =>
        o?.tag === 'weights 1' ? Promise.reject(new Error('lost')) : Promise.resolve(),
    };
    const [trainer] = await makeGang({ peers: [{ collective: failing }], settings: sharded });
    expect(() => (trainer!.collective = peersOf(1)[0]!.collective)).toThrow(/last checkpoint|other peers/);
    await expect(trainGang([trainer!], 0, 1)).rejects.toThrow('lost');
    await expect(trainGang([trainer!], 0, 1)).rejects.toMatchObject({ code: 'TRAINER_FAILED' });
    trainer!.dispose();
  });
});
