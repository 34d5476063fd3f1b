import type { TableStatistics, TokenStatistics } from '@ovis/pretrained';
import { bytes, count, table } from '../format.ts';
import type { StageMemory } from './memory.ts';
import { treeRows, type ModuleNode } from './tree.ts';

/** What `ovis inspect` found. */
export interface Inspection {
  source: string;
  summary: string;
  tree: ModuleNode;
  stages: StageMemory[];
  table?: TableStatistics;
  tokens?: TokenStatistics;
}

export function inspectionLines(o: Inspection): string[] {
  return [
    o.source,
    o.summary,
    '',
    ...table([['module', 'shape', 'parameters'], ...treeRows(o.tree, count)]),
    '(a line with xN counts all N modules, the lines below it one of them)',
    '',
    'memory of training in float32, beside activations',
    ...table([
      ['stage', 'trains', 'tensors', 'parameters', 'weights', 'gradients', 'moments', 'total'],
      ...o.stages.map((s) => [
        String(s.stage),
        s.modules.join(' '),
        count(s.tensors),
        `${count(s.parameters)} (${percent(s.parameters / o.tree.parameters)})`,
        ...[s.weights, s.gradients, s.moments, s.total].map(bytes),
      ]),
    ]),
    ...(o.table ? ['', ...tableLines(o.table)] : []),
    ...(o.tokens ? ['', ...tokenLines(o.tokens)] : []),
  ];
}

function tableLines(t: TableStatistics): string[] {
  const { norms } = t;
  return [
    `visual embedding table: ${count(t.rows)} words of ${t.width}`,
    ...table([
      ['  entries', `mean ${digits(t.mean)}, deviation ${digits(t.std)}`],
      [
        '  norms of rows',
        `min ${digits(norms.min)}, median ${digits(norms.median)}, mean ${digits(norms.mean)}, max ${digits(norms.max)}, deviation ${digits(norms.std)}`,
      ],
      ['  small rows', `${percent(t.smallRows)} have a norm below a tenth of the median`],
      ['  nearest cosine', `${digits(t.nearestCosine)} on average, among ${count(t.sampled)} rows`],
    ]),
  ];
}

function tokenLines(t: TokenStatistics): string[] {
  const used = t.mostUsed.map(({ word, share }) => `${word} (${percent(share)})`).join(', ');
  return [
    `visual tokens of ${count(t.pictures)} pictures: ${count(t.tokens)} distributions over ${count(t.words)} words`,
    ...table([
      ...t.above.map(({ bound, share }) => [
        `  above ${bound.toExponential(0)}`,
        `${percent(share)} of the probabilities`,
      ]),
      [
        '  entropy',
        `${digits(t.entropy)} nats, ${digits(t.effectiveWords)} words of equal probability per token`,
      ],
      ['  largest', `${digits(t.largest)} on average`],
      ['  words used', `${count(t.wordsUsed)} are the likeliest of some token; most often ${used}`],
    ]),
  ];
}

function digits(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 3 : 1)} %`;
}
