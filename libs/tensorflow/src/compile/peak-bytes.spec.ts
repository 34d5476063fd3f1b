import { expect, test } from 'vitest';
import { TF_FLOAT } from '../binding/dtypes.ts';
import type { GraphNode, GraphValue } from './graph.ts';
import { peakBytes } from './peak-bytes.ts';

/** A node with one result of so many floats per row. */
function value(type: string, shape: number[], ...inputs: GraphValue[]): GraphValue {
  const node: GraphNode = { type, oper: 0, inputs, controls: [] };
  return { node, output: { oper: 0, index: 0 }, shape, dtype: TF_FLOAT };
}
const peak = (values: GraphValue[], ...results: GraphValue[]) =>
  peakBytes(
    values.map(({ node }) => node),
    results,
  ) / 4;

test('inputs count for nothing, results as long as the function runs', () => {
  const x = value('Placeholder', [10]);
  const [a, b] = [value('MatMul', [10], x), value('MatMul', [20], x)];
  expect(peak([x, a, b], a, b)).toBe(30);
  expect(peak([x, a, b], b)).toBe(20); // nobody uses a
});

test('what is used later stays, what is not is freed or overwritten', () => {
  const x = value('Placeholder', [10]);
  const a = value('Tanh', [10], x);
  const b = value('Tanh', [10], a);
  const c = value('Tanh', [10], b);
  expect(peak([x, a, b, c], c)).toBe(10);
  // A product cannot take the place of its operand.
  const product = value('MatMul', [10], c);
  expect(peak([x, a, b, c, product], product)).toBe(20);
  // As in a backward pass.
  const back = value('TanhGrad', [10], c, a);
  expect(peak([x, a, b, c, back], back)).toBe(20);
});

test('views are the memory of what they are views of', () => {
  const x = value('Placeholder', [8]);
  const a = value('MatMul', [4, 2], x);
  const flat = value('Reshape', [8], a);
  const rows = value('Slice', [2, 2], a);
  const columns = value('Slice', [4, 1], a);
  const sum = value('MatMul', [1], flat, rows);
  expect(peak([x, a, flat, rows, sum], sum)).toBe(9);
  expect(peak([x, a, columns], columns)).toBe(12);
});
