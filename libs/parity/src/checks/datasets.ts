import type { ParityCase, StageNumber } from '../case/parity-case.ts';
import { parseArguments } from '../case/stage-arguments.ts';
import { captionItem, conversationItem, type DatasetItem, type DatasetOptions } from '../model/datasets.ts';
import { maxPartitionOf } from '../model/pictures.ts';
import type { Rows } from '../rows.ts';
import { fieldClaims, type Check } from './check.ts';

const CHECK = 'datasets';

/** `train_data.json` -> samples: those of `dataset_stage{1,2}.json`, and those that the micro-batches of the stages are made of. */
export function datasetsCheck(c: ParityCase): Check {
  const possible = c.trainData && c.tokenizer;
  return {
    name: CHECK,
    claims: [
      ...([1, 2] as const).flatMap((stage) =>
        (c.datasets[stage]?.items ?? []).flatMap((item, i) =>
          fieldClaims(itemName(stage, i), item, ['input_ids', 'labels', 'images']),
        ),
      ),
      ...([1, 2, 3] as const).flatMap((stage) =>
        possible && c.stages[stage]?.info ? [{ tensor: batchesName(stage), shape: [] }] : [],
      ),
    ],
    run: (rows) => {
      for (const stage of [1, 2, 3] as const) {
        const items = () => itemsOf(c, stage);
        const golden = stage === 3 ? undefined : c.datasets[stage];
        if (golden) compareItems(rows, stage as 1 | 2, golden.items, items());
        if (c.trainData && c.stages[stage]?.info) compareBatches(rows, c, stage, items());
      }
    },
  };
}

function itemName(stage: number, i: number): string {
  return `dataset_stage${stage}.json: items.${i}`;
}

function batchesName(stage: number): string {
  return `stage${stage}.json: micro_batches from train_data.json`;
}

function itemsOf(c: ParityCase, stage: StageNumber): DatasetItem[] {
  const data = c.trainData;
  if (!data) return [];
  const info = c.stages[stage]?.info;
  const given = info && parseArguments(`stage${stage}.json`, info.arguments);
  const o: DatasetOptions = {
    template: given?.captionTemplate ?? data.caption_template,
    textMaxLength: given?.textMaxLength,
    maxPartitions: given?.maxPartitions ?? [maxPartitionOf(c), 1],
  };
  return stage === 1
    ? data.captions.map((row) => captionItem(c, row, o))
    : data.conversations.map((row) => conversationItem(c, row, o));
}

function compareItems(
  rows: Rows,
  stage: 1 | 2,
  golden: { input_ids: number[]; labels: number[]; images: string[] }[],
  made: DatasetItem[],
): void {
  golden.forEach((item, i) => {
    const list = (data: number[]) => ({ data, shape: [data.length] });
    const name = (part: string) => `${itemName(stage, i)}: ${part}`;
    rows.exact(name('input_ids'), list(item.input_ids), made[i]?.inputIds);
    rows.exact(name('labels'), list(item.labels), made[i]?.labels);
    rows.text(name('images'), item.images.join(' '), made[i]?.images.join(' ') ?? '');
  });
}

/** The official sampler draws in an order of its own: each sample of the batches must be one of the dataset's. */
function compareBatches(rows: Rows, c: ParityCase, stage: StageNumber, items: DatasetItem[]): void {
  const known = new Set(items.map((item) => keyOf(item.inputIds, item.labels, item.images)));
  const unknown: string[] = [];
  let count = 0;
  c.stages[stage]!.info!.micro_batches.forEach((group, step) =>
    group.forEach((batch, micro) =>
      batch.input_ids.forEach((ids, i) => {
        count++;
        const length = batch.attention_mask[i]!.lastIndexOf(1) + 1;
        const labels = batch.labels[i]!.slice(0, length);
        if (!known.has(keyOf(ids.slice(0, length), labels, batch.images[i]!))) {
          unknown.push(`step ${step}, micro-batch ${micro}, sample ${i}`);
        }
      }),
    ),
  );
  rows.add({
    tensor: batchesName(stage),
    shape: [count],
    maxAbs: unknown.length,
    maxRel: unknown.length / Math.max(1, count),
    limit: 0,
    verdict: unknown.length === 0 ? 'ok' : 'differs',
    ...(unknown.length > 0 && { note: `not made from train_data.json: ${unknown.slice(0, 3).join('; ')}` }),
  });
}

function keyOf(ids: readonly number[], labels: readonly number[], images: readonly string[]): string {
  return `${ids.join()}|${labels.join()}|${images.join()}`;
}
