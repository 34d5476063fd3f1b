import { compile, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../test/engine.ts';
import { RandomStream } from '../random.ts';
import { chooseTokens, markSeen } from './choose-tokens.ts';

beforeAll(startEngine);

/** Probabilities .4 .3 .2 .06 .04 in another order. */
const P = [0.06, 0.4, 0.04, 0.3, 0.2];
const LOGITS = P.map((p) => Math.log(p) + 3);
const DRAWS = 20_000;

interface Options {
  temperature: number;
  topK?: number;
  topP?: number;
}

/** The exact distribution, as Hugging Face defines it: temperature, then top-k, then top-p of what is left. */
function exact({ temperature, topK = 0, topP = 1 }: Options): number[] {
  const weights = P.map((p) => p ** (1 / temperature));
  const order = [...P.keys()].sort((a, b) => weights[b]! - weights[a]!);
  const kept = order.slice(0, topK || P.length);
  const total = kept.reduce((sum, i) => sum + weights[i]!, 0);
  let before = 0;
  const nucleus = kept.filter((i) => {
    const may = before < topP;
    before += weights[i]! / total;
    return may;
  });
  const mass = nucleus.reduce((sum, i) => sum + weights[i]!, 0);
  return P.map((_, i) => (nucleus.includes(i) ? weights[i]! / mass : 0));
}

type How = 'eagerly' | 'graph' | 'xla';

async function counts(how: How, o: Options): Promise<number[]> {
  const draws = new RandomStream(5, 'spec').uniforms(DRAWS, 0, 1);
  const { temperature, topK = 0, topP } = o;
  const inputs = {
    temperature: tf.scalar(temperature),
    draws: tf.tensor2d(draws, [1, DRAWS]),
    ...(topP !== undefined && { topP: tf.scalar(topP) }),
  };
  const run = (given: typeof inputs) => {
    const logits = tf.mul(tf.ones([DRAWS, 1]), tf.tensor2d([LOGITS])) as tf.Tensor2D;
    return chooseTokens(logits, { ...given, topK }, { at: tf.scalar(0, 'int32') });
  };
  const tokens = await (how === 'eagerly' ? run : compile(run, { mode: how }))(inputs);
  const found = P.map(() => 0);
  for (const token of await tokens.data()) found[token]!++;
  return found;
}

const CASES: Options[] = [
  { temperature: 1 },
  { temperature: 0.5 },
  { temperature: 2 },
  { temperature: 1, topK: 3 },
  { temperature: 1, topP: 0.69 },
  { temperature: 1, topP: 0.71 },
  { temperature: 1.5, topK: 4, topP: 0.8 },
  { temperature: 1, topP: 1e-6 },
  { temperature: 1, topK: 100 },
];

describe.each(['eagerly', 'graph', 'xla'] as const)('drawn %s', (how) => {
  it.each(CASES)('the frequencies are those of the distribution: %o', async (o) => {
    const found = await counts(how, o);
    const expected = exact(o);
    expect(found.map((n) => n > 0)).toEqual(expected.map((p) => p > 0));
    const chiSquared = expected.reduce(
      (sum, p, i) => (p > 0 ? sum + (found[i]! - DRAWS * p) ** 2 / (DRAWS * p) : sum),
      0,
    );
    // The 0.1 % point of the distribution with 4 degrees of freedom; with fewer tokens it is lower still.
    expect(chiSquared).toBeLessThan(18.5);
  });
});

it('the ends of the range of draws give the first and the last token that may come', () => {
  const draws = tf.tensor2d([1e-9, 1 - 2 ** -24, 1], [1, 3]);
  const logits = tf.mul(tf.ones([3, 1]), tf.tensor2d([LOGITS])) as tf.Tensor2D;
  const choice = { topK: 0, temperature: tf.scalar(1), topP: tf.scalar(0.8), draws };
  expect(chooseTokens(logits, choice, { at: tf.scalar(0, 'int32') }).arraySync()).toEqual([1, 4, 4]);
});

describe('a vocabulary of several blocks', () => {
  const vocab = 700;
  const logits = [...new RandomStream(8, 'logits').normals(vocab, 0, 3)];
  const weights = logits.map(Math.exp);
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
  const total = weights.reduce((a, b) => a + b, 0);

  /** Tokens for evenly spaced draws: each comes as often as its probability says, up to one. */
  const spaced = (o: { topK?: number; topP?: number }) =>
    tf.tidy(() => {
      const draws = Float32Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 4000);
      const rows = tf.mul(tf.ones([4000, 1]), tf.tensor2d([logits])) as tf.Tensor2D;
      const { topK = 0, topP } = o;
      const choice = {
        temperature: tf.scalar(1),
        draws: tf.tensor2d(draws, [1, 4000]),
        topK,
        ...(topP && { topP: tf.scalar(topP) }),
      };
      const counts = new Array<number>(vocab).fill(0);
      for (const token of chooseTokens(rows, choice, { at: tf.scalar(0, 'int32') }).dataSync())
        counts[token]!++;
      return counts;
    });

  it('gives every token its share', () => {
    spaced({}).forEach((count, i) =>
      expect(Math.abs(count - (4000 * weights[i]!) / total)).toBeLessThan(1.01),
    );
  });

  it.each([0.3, 0.9, 0.99])('the nucleus of %d is the smallest that makes as much', (topP) => {
    let mass = 0;
    const nucleus = order.filter((i) => {
      const may = mass < topP * total;
      mass += weights[i]!;
      return may;
    });
    const kept = nucleus.reduce((sum, i) => sum + weights[i]!, 0);
    spaced({ topP }).forEach((count, i) => {
      const share = nucleus.includes(i) ? weights[i]! / kept : 0;
      if (share === 0) expect(count).toBe(0);
      else expect(Math.abs(count - 4000 * share)).toBeLessThan(1.01);
    });
  });

  it('the best three are those', () => {
    const found = spaced({ topK: 3 }).flatMap((count, i) => (count > 0 ? [i] : []));
    expect(found).toEqual(order.slice(0, 3).sort((a, b) => a - b));
  });
});

it('suppressed tokens do not come, and tokens made before count less', () => {
  const logits = tf.tensor2d([
    [3, 2, -1],
    [-0.5, -0.6, -9],
  ]);
  const best = (choice: Omit<Parameters<typeof chooseTokens>[1], 'topK'>, seen?: tf.Tensor2D) =>
    chooseTokens(logits, { topK: 0, ...choice }, { at: tf.scalar(0, 'int32'), seen }).arraySync();
  expect(best({})).toEqual([0, 0]);
  expect(best({ bias: tf.tensor1d([-1e9, 0, 0]) })).toEqual([1, 1]);
  const seen = markSeen(tf.zeros([2, 3], 'bool'), tf.tensor1d([0, 0], 'int32'));
  // 3 / 1.4 > 2, and -0.5 * 1.4 < -0.6
  expect(best({ repetitionPenalty: tf.scalar(1.4) }, seen)).toEqual([0, 1]);
  expect(best({ repetitionPenalty: tf.scalar(1.6) }, seen)).toEqual([1, 1]);
});
