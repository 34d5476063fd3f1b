import { initEngine } from '@ovis/tensorflow';
import { beforeAll, expect, it } from 'vitest';
import { makeGang, saveGang, trainGang } from '../test/gang.ts';
import { memoryCollectives } from '../test/memory-collective.ts';
import type { StageSettings } from './index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 2 }));

it.each([
  [1, {}],
  [2, {}],
  [2, { shardOptimizer: true }],
  [4, { shardOptimizer: true, bucketBytes: 20_000 }],
] as [number, Partial<StageSettings>][])(
  'the pieces of %i ranks (%o) are the whole state, without asking the others',
  async (world, settings) => {
    const peers = memoryCollectives(world).map((collective) => ({ collective }));
    const gang = await makeGang({ peers, settings });
    await trainGang(gang, 0, 2);
    const { params, optimizer, state } = await saveGang(gang);
    const expected = { ...params, ...optimizer };
    const all = gang.map((trainer) => trainer.pieces()!);
    const joined = Object.fromEntries(
      Object.entries(expected).map(([name, { data }]) => [name, new Float32Array(data.length).fill(NaN)]),
    );
    for (const [rank, { pieces, read }] of all.entries()) {
      expect(pieces).toEqual(all[0]!.pieces);
      read(
        pieces
          // What several have is read of the last one.
          .filter(({ owner }) => (owner ?? world - 1) === rank)
          .map(({ name, range }) => {
            const { buffer, length } = joined[name]!;
            const { begin, end } = range ?? { begin: 0, end: length };
            return { name, begin: 4 * begin, target: new Uint8Array(buffer, 4 * begin, 4 * (end - begin)) };
          }),
      );
    }
    for (const [name, { data }] of Object.entries(expected)) {
      expect(
        Buffer.compare(Buffer.from(joined[name]!.buffer), Buffer.from(Float32Array.from(data).buffer)),
        name,
      ).toBe(0);
    }
    expect(gang[0]!.progress).toEqual(state);
    const owned = all[0]!.pieces.filter(({ owner }) => owner !== undefined);
    expect(owned.length > 0).toBe(settings.shardOptimizer === true);
    // The next step is as good as without.
    await trainGang(gang, 2, 3);
    gang.forEach((trainer) => trainer.dispose());
    expect(() => all[0]!.read([])).toThrow('disposed');
  },
);

it('has none where parts of the state must be collected', async () => {
  const peers = memoryCollectives(2).map((collective) => ({ collective }));
  const gang = await makeGang({ peers, settings: { gradientCompression: 'int8' } });
  expect(gang[0]!.pieces()).toBeUndefined();
  gang.forEach((trainer) => trainer.dispose());
});
