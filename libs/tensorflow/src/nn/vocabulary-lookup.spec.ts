import { beforeAll, describe, expect, test } from 'vitest';
import { compile, initEngine, tf, vocabularyLookup } from '../index.ts';
import type { LookupOptions } from '../index.ts';
import { chooseLookup } from './vocabulary-lookup.ts';
import { BACKEND } from '../../test/engine.ts';

beforeAll(async () => void (await initEngine()));

const EPS = 1e-5;
/** WASM sums in other orders. */
const TOLERANCE = BACKEND === 'wasm' ? 5e-5 : 2e-5;
const NAMES = ['x', 'head', 'normWeight', 'normBias', 'table'] as const;
type Values = Record<(typeof NAMES)[number] | 'dy', Float64Array>;
interface Sizes {
  n: number;
  d: number;
  words: number;
  width: number;
  /** Added to all rows of the head: the LayerNorm takes it away again. */
  shift: number;
}

describe.each([
  { n: 5, d: 6, words: 150, width: 7, shift: 0 },
  { n: 9, d: 4, words: 128, width: 3, shift: 3 },
])('n $n, d $d, $words words, table $width wide, head shifted by $shift', (sizes) => {
  const values = randomValues(sizes);
  const expected = reference(values, sizes);
  describe.each<LookupOptions>([
    { form: 'plain' },
    { form: 'chunked', chunk: 64 },
    { form: 'chunked', chunk: 64, lanes: 3 },
    { form: 'chunked', chunk: 1000, lanes: 2 },
    { form: 'chunked', chunk: 1000 },
    { form: 'kept-1', chunk: 64 },
    { form: 'kept-1', chunk: 1000 },
    { form: 'kept-2', chunk: 64, lanes: 3 },
    { form: 'kept-2', chunk: 1000 },
    {},
  ])('%o', (options) => {
    test.each(['eager', 'graph', 'xla'] as const)('%s: value and all gradients', async (mode) => {
      const run = (given: Record<string, tf.Tensor>) => {
        const list = NAMES.map((name) => given[name]!);
        const grads = tf.valueAndGrads((...t: tf.Tensor[]) => {
          const [x1, head1, g, b, table1] = t as [
            tf.Tensor2D,
            tf.Tensor2D,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor2D,
          ];
          const inputs = { x: x1, head: head1, normWeight: g, normBias: b, eps: EPS, table: table1 };
          return vocabularyLookup(inputs, options);
        });
        const { value, grads: found } = grads(list, given['dy'] as tf.Tensor2D);
        return [value, ...found];
      };
      const given = tensors(values, sizes);
      const actual = await (mode === 'eager' ? run(given) : compile(run, { mode })(given));
      const errors = actual.map((tensor, i) => relativeError(tensor.dataSync(), expected[i]!));
      for (const error of errors) expect(error, String(errors)).toBeLessThan(TOLERANCE);
      tf.dispose([given, actual]);
    });
  });
});

test.each(['chunked', 'kept-1', 'kept-2'] as const)(
  'logits beyond the range of exp are no trouble: %s',
  (form) => {
    const sizes = { n: 3, d: 2, words: 40, width: 2, shift: 0 };
    const values = randomValues(sizes);
    values.normWeight.fill(60);
    values.normBias.forEach((_, i) => (values.normBias[i] = -200 + 3 * i));
    const expected = reference(values, sizes)[0]!;
    const { x, head, normWeight, normBias, table } = tensors(values, sizes) as Record<string, tf.Tensor2D>;
    const inputs = {
      x: x!,
      head: head!,
      normWeight: normWeight!,
      normBias: normBias!,
      eps: EPS,
      table: table!,
    };
    const y = vocabularyLookup(inputs, { form, chunk: 16 });
    expect(relativeError(y.dataSync(), expected)).toBeLessThan(1e-3);
  },
);

test.skipIf(BACKEND === 'wasm')('auto keeps as many matrices as its budget has room for', () => {
  const form = (n: number, words: number, o: LookupOptions & { d?: number; width?: number } = {}) =>
    chooseLookup({ n, d: o.d ?? 256, words, width: o.width ?? 256 }, o).form;
  expect(form(288, 512)).toBe('plain');
  expect(form(144, 16384)).toBe('kept-2');
  expect(form(576, 24576)).toBe('kept-1');
  expect(form(144, 131072)).toBe('chunked');
  expect(form(144, 131072, { memoryBudget: 2 ** 30 })).toBe('kept-2');
  expect(form(576, 131072, { memoryBudget: 2 ** 29 })).toBe('kept-1');
  // The paper's: head and table take 2.7 GB.
  const paper = { d: 1024, width: 4096 };
  expect([256, 576, 1024].map((n) => form(n, 131072, paper))).toEqual(['kept-2', 'kept-1', 'chunked']);
});

/** The look-up and its gradients in float64, as the definition has it: [y, dx, dW, dg, db, dT]. */
function reference({ x, head, normWeight: g, normBias: b, table, dy }: Values, s: Sizes): Float64Array[] {
  const { n, d, words, width } = s;
  const y = new Float64Array(n * width);
  const grads = [x, head, g, b, table].map((v) => new Float64Array(v.length));
  const [dx, dw, dg, db, dt] = grads as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < n; i++) {
    const scores = Float64Array.from({ length: words }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += x[i * d + j]! * head[k * d + j]!;
      return sum;
    });
    const mean = average(scores);
    const rstd = 1 / Math.sqrt(average(scores.map((v) => (v - mean) ** 2)) + EPS);
    const z = scores.map((v) => (v - mean) * rstd);
    const logits = z.map((v, k) => v * g[k]! + b[k]!);
    const largest = Math.max(...logits);
    const exps = logits.map((l) => Math.exp(l - largest));
    const total = exps.reduce((a, e) => a + e, 0);
    const p = exps.map((e) => e / total);
    for (let k = 0; k < words; k++) {
      for (let j = 0; j < width; j++) y[i * width + j]! += p[k]! * table[k * width + j]!;
    }
    const dp = p.map((pk, k) => {
      let sum = 0;
      for (let j = 0; j < width; j++) {
        sum += dy[i * width + j]! * table[k * width + j]!;
        dt[k * width + j]! += pk * dy[i * width + j]!;
      }
      return sum;
    });
    const dot = p.reduce((a, pk, k) => a + pk * dp[k]!, 0);
    const dl = p.map((pk, k) => pk * (dp[k]! - dot));
    dl.forEach((v, k) => {
      dg[k]! += v * z[k]!;
      db[k]! += v;
    });
    const dz = dl.map((v, k) => v * g[k]!);
    const meanDz = average(dz);
    const along = average(dz.map((v, k) => v * z[k]!));
    for (let k = 0; k < words; k++) {
      const ds = rstd * (dz[k]! - meanDz - z[k]! * along);
      for (let j = 0; j < d; j++) {
        dx[i * d + j]! += ds * head[k * d + j]!;
        dw[k * d + j]! += ds * x[i * d + j]!;
      }
    }
  }
  return [y, ...grads];
}

function average(values: Float64Array): number {
  return values.reduce((a, v) => a + v, 0) / values.length;
}

function randomValues({ n, d, words, width, shift }: Sizes): Values {
  let state = 12345;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  const draw = (size: number, scale: number, mean = 0) =>
    Float64Array.from({ length: size }, () => Math.fround(mean + scale * uniform()));
  return {
    x: draw(n * d, 2),
    head: draw(words * d, 1, shift),
    normWeight: draw(words, 1, 1),
    normBias: draw(words, 1),
    table: draw(words * width, 2),
    dy: draw(n * width, 2),
  };
}

function tensors(values: Values, { n, d, words, width }: Sizes): Record<string, tf.Tensor> {
  const shapes = {
    x: [n, d],
    head: [words, d],
    normWeight: [words],
    normBias: [words],
    table: [words, width],
    dy: [n, width],
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tensor(Float32Array.from(values[name as keyof Values]), shape),
    ]),
  );
}

function relativeError(actual: ArrayLike<number>, expected: Float64Array): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((e, i) => Math.abs(e - actual[i]!))) / scale;
}
