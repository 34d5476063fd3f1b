import { compile, initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDING_FACTS, tokenStatistics } from './token-statistics.ts';
import type { TokenInputs } from './token-statistics.ts';

/** Numbers that look random, the same each time. */
function numbers(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 2 * (state / 2 ** 31) - 1;
  });
}

const images = 3;
const perImage = 4;
const n = images * perImage;
const [d, words, width] = [5, 50, 7];
const x = numbers(n * d, 1);
const head = numbers(words * d, 2).map((value) => value + 0.4);
const norm = numbers(words, 3).map((value) => 2 + value);
const bias = numbers(words, 4);
const table = numbers(words * width, 5);
/** The last picture's place is empty. */
const counts = Float64Array.from({ length: n }, (_, i) => (i < 2 * perImage ? 1 : 0));
const eps = 1e-5;

/** The definitions, in float64. */
function reference() {
  const dot = (a: Float64Array, i: number, b: Float64Array, j: number, size: number) =>
    Array.from({ length: size }, (_, k) => a[i * size + k]! * b[j * size + k]!).reduce((s, v) => s + v, 0);
  const tokens = Array.from({ length: n }, (_, i) => {
    const scores = Array.from({ length: words }, (_, k) => dot(x, i, head, k, d));
    const mean = scores.reduce((s, v) => s + v, 0) / words;
    const variance = scores.reduce((s, v) => s + (v - mean) ** 2, 0) / words;
    const logits = scores.map((v, k) => ((v - mean) / Math.sqrt(variance + eps)) * norm[k]! + bias[k]!);
    const total = logits.reduce((s, v) => s + Math.exp(v), 0);
    const p = logits.map((v) => Math.exp(v) / total);
    const e = Array.from({ length: width }, (_, c) =>
      p.reduce((s, v, k) => s + v * table[k * width + c]!, 0),
    );
    return { p, e, entropy: -p.reduce((s, v) => s + v * Math.log(v), 0), largest: Math.max(...p) };
  });
  const counted = tokens.filter((_, i) => counts[i]);
  const mean = counted[0]!.e.map((_, c) => counted.reduce((s, { e }) => s + e[c]!, 0) / counted.length);
  const away = counted.map(({ e }) => e.map((v, c) => v - mean[c]!));
  const squares = (rows: number[][]) => rows.flat().reduce((s, v) => s + v * v, 0);
  const product = (a: number[], b: number[]) => a.reduce((s, v, c) => s + v * b[c]!, 0);
  const cosines = counted.flatMap((a, i) =>
    counted.flatMap((b, j) =>
      Math.floor(i / perImage) === Math.floor(j / perImage)
        ? []
        : [product(a.e, b.e) / Math.sqrt(product(a.e, a.e) * product(b.e, b.e))],
    ),
  );
  const gram = away.map((a) => away.map((b) => product(a, b)));
  return {
    tokens,
    usage: Array.from({ length: words }, (_, k) => counted.reduce((s, { p }) => s + p[k]!, 0)),
    embeddings: {
      variance: squares(away) / squares(counted.map(({ e }) => e)),
      cosine: cosines.reduce((s, v) => s + v, 0) / cosines.length,
      dimensions: squares(away) ** 2 / squares(gram),
      tableNorm: Math.sqrt(table.reduce((s, v) => s + v * v, 0)),
      logitScale: Math.sqrt(norm.reduce((s, v) => s + v * v, 0) / words),
    },
  };
}

async function computed(chunk?: number) {
  const tensors: TokenInputs = {
    x: tf.tensor2d(Float32Array.from(x), [n, d]),
    counts: tf.tensor1d(Float32Array.from(counts)),
    images,
    head: tf.tensor2d(Float32Array.from(head), [words, d]),
    normWeight: tf.tensor1d(Float32Array.from(norm)),
    normBias: tf.tensor1d(Float32Array.from(bias)),
    eps,
    table: tf.tensor2d(Float32Array.from(table), [words, width]),
  };
  const facts = await compile(() => tokenStatistics(tensors, chunk))();
  const entries = Object.entries(facts).map(async ([name, t]) => [name, [...(await t.data())]] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, number[]>;
}

beforeAll(async () => {
  await initEngine();
});

describe('tokenStatistics', () => {
  it.each([
    ['all words at once', undefined],
    ['chunks of 16 words, the last one shorter', 16],
  ])('gives what the definitions give in float64: %s', async (_, chunk) => {
    const expected = reference();
    const { entropy, largest, usage, embeddings } = await computed(chunk);
    expected.tokens.forEach((token, i) => {
      expect(entropy![i]).toBeCloseTo(counts[i] ? token.entropy : -1, 5);
      expect(largest![i]).toBeCloseTo(counts[i] ? token.largest : -1, 5);
    });
    expected.usage.forEach((mass, word) => expect(usage![word]).toBeCloseTo(mass, 5));
    EMBEDDING_FACTS.forEach((name, i) =>
      expect(embeddings![i], name).toBeCloseTo(expected.embeddings[name], 4),
    );
  });
});
