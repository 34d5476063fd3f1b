import { initEngine } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, losses, makeGang, saveGang, trainGang } from '../../test/gang.ts';
import { memoryCollectives } from '../../test/memory-collective.ts';
import type { Collective, StageSettings } from '../index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 2 }));

const peersOf = (world: number, log?: { tag: string; bytes: number }[]) =>
  memoryCollectives(world, log).map((collective) => ({ collective }));
const int8: Partial<StageSettings> = { gradientCompression: 'int8' };

describe('compressed gradients', () => {
  it('sends a quarter of the bytes as int8, the counts as they are', async () => {
    const log: { tag: string; bytes: number }[] = [];
    const gang = await makeGang({ peers: peersOf(2, log), settings: int8 });
    await trainGang(gang, 0, 1);
    const sent = (tags: RegExp) =>
      log.filter(({ tag }) => tags.test(tag)).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sent(/^gradients/)).toBe(gang[0]!.gradientBytes / 4);
    expect(sent(/^counts/)).toBe(64);
    gang.forEach((trainer) => trainer.dispose());
  });

  it('goes on bit for bit with what was left unsent, and starts that at zero with another gang', async () => {
    const whole = await makeGang({ peers: peersOf(2), settings: int8 });
    const all = await trainGang(whole, 0, 4);
    const half = await makeGang({ peers: peersOf(2), settings: int8 });
    await trainGang(half, 0, 2);
    const saved = await saveGang(half);
    expect(saved.optimizer['residual.1']!.data.some((x) => x !== 0)).toBe(true);

    const resumed = await makeGang({ peers: peersOf(2), settings: int8, from: saved });
    expect(resumed[0]!.notes).toEqual([]);
    expect(losses(await trainGang(resumed, 2, 4))).toEqual(losses(all.slice(2)));
    const [end, expected] = [await saveGang(resumed), await saveGang(whole)];
    expect(differences(end.params, expected.params)).toEqual([]);
    expect(differences(end.optimizer, expected.optimizer)).toEqual([]);

    const forgotten = { ...saved, state: { ...saved.state, gang: { ...saved.state.gang!, world: 4 } } };
    const others = await makeGang({ peers: peersOf(2), settings: int8, from: forgotten });
    expect(others[0]!.notes).toEqual([expect.stringMatching(/unsent is of another gang and starts at zero/)]);
    expect(losses(await trainGang(others, 2, 4))).not.toEqual(losses(all.slice(2)));
    // Without compression it is of no use.
    const plain = await makeGang({ peers: peersOf(2), from: saved });
    expect(plain[0]!.notes).toEqual([]);
    for (const gang of [whole, half, resumed, others, plain]) gang.forEach((trainer) => trainer.dispose());
  });
});

/** A gang that adds up only what it sends: the rounding of each call is lost. */
function withoutFeedback(peers: { collective: Collective }[]): { collective: Collective }[] {
  return peers.map(({ collective }) => ({
    collective: {
      ...collective,
      allReduce: (buffer, o) => collective.allReduce(buffer, { ...o, residual: undefined }),
    },
  }));
}

describe('the effect on what is learned', () => {
  it(
    'is small for bf16 and for int8 with error feedback, and larger without it',
    { timeout: 400_000 },
    async () => {
      const steps = 6;
      const run = async (settings: Partial<StageSettings>, peers = peersOf(2)) => {
        const gang = await makeGang({ peers, settings: { ...settings, schedule: 'constant' } });
        const results = await trainGang(gang, 0, steps);
        const { params } = await saveGang(gang);
        gang.forEach((trainer) => trainer.dispose());
        return { results: losses(results), params };
      };
      const plain = await run({});
      /** How far the weights are from those of uncompressed training, and the losses. */
      const from = (other: Awaited<ReturnType<typeof run>>) => {
        let squares = 0;
        for (const [name, { data }] of Object.entries(plain.params))
          data.forEach((x, i) => (squares += (x - other.params[name]!.data[i]!) ** 2));
        const loss = Math.max(...other.results.map((x, i) => Math.abs(x / plain.results[i]! - 1)));
        return { weights: Math.sqrt(squares), loss };
      };
      const bf16 = from(await run({ gradientCompression: 'bf16' }));
      const fed = from(await run(int8));
      const unfed = from(await run(int8, withoutFeedback(peersOf(2))));
      expect(bf16.loss).toBeLessThan(5e-3);
      expect(fed.loss).toBeLessThan(2e-2);
      expect(fed.weights).toBeLessThan(unfed.weights);
    },
  );
});
