import { initEngine } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, halfBatch, initial, losses, makeGang, saveGang, trainGang } from '../../test/gang.ts';
import { memoryCollectives, memorySites } from '../../test/memory-collective.ts';
import { disposeMicroBatch } from '../index.ts';
import type { StageSettings, StageTrainer } from '../index.ts';

beforeAll(() => initEngine({ intraOpThreads: 1, interOpThreads: 2 }));

const local: Partial<StageSettings> = { localSteps: 2 };
const dispose = (...gangs: StageTrainer[][]) => gangs.flat().forEach((trainer) => trainer.dispose());
const weightsOf = (trainer: StageTrainer) =>
  Object.fromEntries(
    Object.entries(trainer.params).map(([name, tensor]) => [name, tensor.dataSync().slice()]),
  );
const apart = (a: Record<string, ArrayLike<number>>, b: Record<string, ArrayLike<number>>) =>
  Object.keys(a).filter((name) => Array.from(a[name]!).some((x, i) => x !== b[name]![i]));

describe('local steps', () => {
  it('moves the anchor by the mean of what the sites have learned, with Nesterov momentum', async () => {
    // Twice two steps; the sites alone take the same ones.
    const gang = await makeGang({
      peers: memorySites(2, 2),
      settings: { ...local, outerLearningRate: 0.7, outerMomentum: 0.9 },
    });
    const name = 'vte.weight';
    const anchor = Float64Array.from(initial[name]!.data);
    const momentum = new Float64Array(anchor.length);
    for (const round of [0, 1]) {
      await trainGang(gang, 2 * round, 2 * round + 1);
      const [a, b] = gang.map(weightsOf);
      expect(apart(a!, b!).length).toBeGreaterThan(10);
      const saved = await saveGang(gang);
      // Before the second step of the round: where each site will be is known only to itself.
      const alone = await Promise.all(
        [0, 1].map(async (site) => {
          const optimizer = Object.fromEntries(
            Object.entries(saved.optimizer).flatMap(([key, tensor]) => {
              const own = new RegExp(`^site.${site}.(exp_avg.*)$`).exec(key)?.[1];
              return own ? [[own, tensor]] : [];
            }),
          );
          const params = Object.fromEntries(
            Object.entries(saved.params).map(([key, tensor]) => [
              key,
              saved.optimizer[`site.${site}.weight.${key}`] ?? tensor,
            ]),
          );
          const from = { params, optimizer, state: saved.state };
          return makeGang({ peers: [{}], settings: { localSteps: 1 }, from });
        }),
      );
      const after = await Promise.all(
        alone.map(async ([trainer], site) => stepAlone(trainer!, site, 2 * round + 1)),
      );
      await trainGang(gang, 2 * round + 1, 2 * round + 2);
      for (let i = 0; i < anchor.length; i++) {
        const d = anchor[i]! - (after[0]![name]![i]! + after[1]![name]![i]!) / 2;
        momentum[i] = 0.9 * momentum[i]! + d;
        anchor[i]! -= 0.7 * (d + 0.9 * momentum[i]!);
      }
      const [now, other] = gang.map(weightsOf);
      expect(apart(now!, other!)).toEqual([]);
      const largest = anchor.reduce((most, x, i) => Math.max(most, Math.abs(x - initial[name]!.data[i]!)), 0);
      now![name]!.forEach((x, i) => expect(Math.abs(x - anchor[i]!)).toBeLessThan(2e-3 * largest));
      dispose(...alone);
    }
    dispose(gang);
  });

  it('sends weights between sites every few steps only, and gradients within them', async () => {
    const log: { tag: string; bytes: number }[] = [];
    const gang = await makeGang({ peers: memorySites(4, 2, log), settings: local });
    await trainGang(gang, 0, 4);
    const between = log.filter(({ tag }) => tag.startsWith('outer'));
    // Rank 0 sends its half of the parameters, twice in four steps.
    expect(between.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(gang[0]!.gradientBytes);
    const weights = gang.map(weightsOf);
    for (const other of weights.slice(1)) expect(apart(weights[0]!, other)).toEqual([]);
    dispose(gang);
  });

  it.each([
    ['between outer steps', 2, 3, {}],
    ['behind an outer step', 4, 2, { gradientCompression: 'int8' }],
  ] as const)('goes on bit for bit from a checkpoint %s', async (_, world, at, more) => {
    const settings = { ...local, ...more };
    const form = () => memorySites(world, 2);
    const whole = await makeGang({ peers: form(), settings });
    const all = await trainGang(whole, 0, 5);
    const first = await makeGang({ peers: form(), settings });
    await trainGang(first, 0, at);
    const saved = await saveGang(first);
    const own = saved.optimizer['site.1.weight.vte.weight']!.data;
    expect(own.some((x, i) => x !== saved.params['vte.weight']!.data[i])).toBe(at % 2 === 1);
    const second = await makeGang({ peers: form(), settings, from: saved });
    expect(second[0]!.notes).toEqual([]);
    expect(losses(await trainGang(second, at, 5))).toEqual(losses(all.slice(at)));
    const [end, expected] = [await saveGang(second), await saveGang(whole)];
    expect(differences(end.params, expected.params)).toEqual([]);
    expect(differences(end.optimizer, expected.optimizer)).toEqual([]);
    dispose(whole, first, second);
  });

  it('hands its model over to a gang without sites, and takes one over', async () => {
    const sites = await makeGang({ peers: memorySites(2, 2), settings: local });
    await trainGang(sites, 0, 3);
    const saved = await saveGang(sites);
    const peers = memoryCollectives(2).map((collective) => ({ collective }));
    const plain = await makeGang({ peers, from: saved });
    expect(plain[0]!.notes).toEqual([expect.stringMatching(/2 sites had moments of their own.*mean/)]);
    const name = 'vte.weight';
    const [a, b] = sites.map(weightsOf);
    const mean = weightsOf(plain[0]!)[name]!;
    mean.forEach((x, i) => expect(x).toBe(Math.fround((a![name]![i]! + b![name]![i]!) / 2)));
    const [next] = await trainGang(plain, 3, 4);
    const start = (await makeGang({ peers: [{}] })) as [StageTrainer];
    expect(next!.loss).toBeLessThan((await trainGang(start, 0, 1))[0]!.loss);

    const back = await makeGang({ peers: memorySites(2, 2), settings: local, from: await saveGang(plain) });
    expect(back[0]!.notes).toEqual([]);
    expect(back[0]!.stepsDone).toBe(4);
    await trainGang(back, 4, 6);
    dispose(sites, plain, start, back);
  });

  it('needs to be told of the sites, and shares out no optimizer', async () => {
    const peers = memoryCollectives(2).map((collective) => ({ collective }));
    await expect(makeGang({ peers, settings: local })).rejects.toMatchObject({ code: 'BAD_SETTINGS' });
    await expect(
      makeGang({ peers: memorySites(2, 2), settings: { ...local, shardOptimizer: true } }),
    ).rejects.toThrow(/shardOptimizer/);
  });
});

/** One step on a site's half of the samples; the trainer's weights behind it. */
async function stepAlone(trainer: StageTrainer, site: number, step: number) {
  const batch = halfBatch(step, site);
  await trainer.step([batch]);
  disposeMicroBatch(batch);
  return weightsOf(trainer);
}
