import {
  generateGreedy,
  llmLogits,
  mergedBatchTensors,
  mergeLayout,
  planMerge,
  promptCut,
  TEXT_ROW,
  type MergePlan,
  type Params,
  type Prompt,
} from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { CaseTensors } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import type { GoldenGenerate, GoldenItem } from '../case/schemas.ts';
import { toParams } from '../model/forward.ts';
import { joinPixels, maxPartitionOf, pixelShape } from '../model/pictures.ts';
import { stageWeights } from '../model/stage-weights.ts';
import { prepareTurns, tileNames, tokenizerOf } from '../model/text.ts';
import type { Rows } from '../rows.ts';
import { SAFE_MARGIN, TOLERANCES } from '../tolerances.ts';
import { fieldClaims, type Check } from './check.ts';

/** Never made: the golden data is generated without an end. */
const NO_END = -1;
const FILE = 'generate.json';
const AFTER = 'generate_after_stage3.json';
const ITEM_FIELDS = ['input_ids', 'generated', 'recomputed', 'agree', 'margins', 'merged_length'];
const TEXT_FIELDS = ['prompt', 'text'];

/** Greedy decoding with cached keys, one prompt at a time and all together; and the same ids without a cache. */
export function generationCheck(c: ParityCase): Check {
  const golden = c.generate;
  return {
    name: 'generate',
    claims: [
      ...(golden?.items ?? []).flatMap((item, i) =>
        fieldClaims(field(i), item, c.tokenizer ? [...ITEM_FIELDS, ...TEXT_FIELDS] : ITEM_FIELDS),
      ),
      ...fieldClaims(`${FILE}: batch`, golden?.batch, ['input_ids', 'generated', 'same_as_single']),
    ],
    run: async (rows, _c, params) => {
      if (!golden) return;
      const o = {
        maxNewTokens: golden.max_new_tokens,
        eosTokenId: NO_END,
        suppress: golden.suppressed_ids,
        truncate: true,
      };
      const prompts = golden.items.map((item) => toPrompt(c, item.input_ids, item.images ?? []));
      try {
        for (const [i, item] of golden.items.entries()) {
          const [ids] = await generateGreedy(c.config, params, [prompts[i]!], o);
          const steps = recompute(c, params, prompts[i]!, item.generated, o.suppress ?? []);
          compareItem(rows, c, i, item, ids!, steps);
        }
        if (golden.batch) {
          const all = await generateGreedy(c.config, params, prompts, o);
          compareBatch(rows, golden.items, golden.batch, all);
        }
      } finally {
        for (const { pixelValues } of prompts) pixelValues?.dispose();
      }
    },
  };
}

/** Greedy decoding of the model that the three stages give. */
export function generationAfterStagesCheck(c: ParityCase): Check {
  const golden = c.generateAfterStage3;
  return {
    name: 'generate_after_stage3',
    claims: fieldClaims(AFTER, golden, c.tokenizer ? ['input_ids', 'generated'] : ['generated']),
    run: async (rows) => {
      if (!golden) return;
      const images = golden.image === null ? [] : [golden.image];
      if (c.tokenizer) {
        const { inputIds } = queryText(c, golden.query, images);
        rows.exact(`${AFTER}: input_ids`, list(golden.input_ids), inputIds);
      }
      const weights: CaseTensors = stageWeights(c, 3).final;
      const params = toParams(weights);
      const prompt = toPrompt(c, golden.input_ids, images);
      try {
        const maxNewTokens = golden.generated.length;
        const [ids] = await generateGreedy(c.config, params, [prompt], {
          maxNewTokens,
          eosTokenId: NO_END,
          truncate: true,
        });
        const { margins } = recompute(c, params, prompt, golden.generated, []);
        compareIds(rows, `${AFTER}: generated`, golden.generated, ids!, margins);
      } finally {
        tf.dispose(params);
        prompt.pixelValues?.dispose();
      }
    },
  };
}

function field(item: number): string {
  return `${FILE}: items.${item}`;
}

function list(data: readonly number[]): { data: readonly number[]; shape: number[] } {
  return { data, shape: [data.length] };
}

function toPrompt(c: ParityCase, inputIds: readonly number[], images: readonly string[]): Prompt {
  if (images.length === 0) return { inputIds };
  const names = images.flatMap((name) => tileNames(c, name, maxPartitionOf(c)));
  const pixels = joinPixels(c, names);
  return { inputIds, pixelValues: tf.tensor4d(pixels, [names.length, ...pixelShape(c.config)]) };
}

function queryText(
  c: ParityCase,
  query: string,
  images: readonly string[],
): { prompt: string; inputIds: number[] } {
  return prepareTurns(c, [{ from: 'human', value: query }], images, {
    maxPartition: maxPartitionOf(c),
    preface: '',
  });
}

interface Recomputed {
  /** Rows of the prompt after merging. */
  mergedLength: number;
  /** The best id at each step, given the golden ids before it. */
  ids: number[];
  /** Between the two best logits. */
  margins: number[];
  /** Largest magnitude among the logits: what the margins' rounding goes by. */
  largest: number;
}

/** One pass over the prompt and all golden ids, without a cache. */
function recompute(
  c: ParityCase,
  params: Params,
  prompt: Prompt,
  generated: readonly number[],
  suppress: readonly number[],
): Recomputed {
  const { config } = c;
  const merged = planMerge([{ inputIds: prompt.inputIds, labels: prompt.inputIds.map(() => -100) }], {
    ...mergeLayout(config),
    maxLength: config.multimodalMaxLength,
    cut: promptCut(config),
  });
  const mergedLength = merged.length;
  const plan = withIds(merged, generated);
  const pixels = (prompt.pixelValues?.dataSync() as Float32Array | undefined) ?? joinPixels(c, ['zeros']);
  const { vocabSize } = config.llm;
  const logits = tf.tidy(() => {
    const all = llmLogits(config, params, mergedBatchTensors(config, plan, pixels));
    return tf
      .slice(all, [0, mergedLength - 1, 0], [1, generated.length, vocabSize])
      .dataSync() as Float32Array;
  });
  const result: Recomputed = { mergedLength, ids: [], margins: [], largest: 0 };
  for (let step = 0; step < generated.length; step++) {
    const row = logits.slice(step * vocabSize, (step + 1) * vocabSize);
    for (const value of row) result.largest = Math.max(result.largest, Math.abs(value));
    for (const id of suppress) row[id] = -Infinity;
    const { best, margin } = bestOf(row);
    result.ids.push(best);
    result.margins.push(margin);
  }
  return result;
}

/** A plan of one prompt with text ids behind it; also behind a prompt that was cut at the model's limit. */
function withIds(plan: MergePlan, ids: readonly number[]): MergePlan {
  const more = (values: Int32Array, added: (id: number) => number) =>
    Int32Array.from([...values, ...ids.map(added)]);
  return {
    ...plan,
    inputIds: more(plan.inputIds, (id) => id),
    visualRow: more(plan.visualRow, () => TEXT_ROW),
    labels: more(plan.labels, () => -100),
    attentionMask: more(plan.attentionMask, () => 1),
    length: plan.length + ids.length,
  };
}

function bestOf(logits: Float32Array): { best: number; margin: number } {
  let [best, second] = [-1, -1];
  for (let id = 0; id < logits.length; id++) {
    if (best < 0 || logits[id]! > logits[best]!) [best, second] = [id, best];
    else if (second < 0 || logits[id]! > logits[second]!) second = id;
  }
  return { best, margin: logits[best]! - logits[second]! };
}

function compareItem(
  rows: Rows,
  c: ParityCase,
  i: number,
  golden: GoldenItem,
  ids: number[],
  steps: Recomputed,
): void {
  const name = (part: string) => `${field(i)}: ${part}`;
  const margins = golden.margins ?? steps.margins;
  compareIds(rows, name('generated'), golden.generated, ids, margins);
  if (golden.recomputed) compareIds(rows, name('recomputed'), golden.recomputed, steps.ids, margins);
  if (golden.agree !== undefined) {
    const agree = same(golden.generated, golden.recomputed ?? steps.ids);
    rows.number(name('agree'), Number(golden.agree), Number(agree), TOLERANCES.exact);
  }
  if (golden.margins) {
    const limit = { absolute: 2 * TOLERANCES.activation.relative * steps.largest };
    rows.compare(name('margins'), list(golden.margins), steps.margins, limit);
  }
  if (golden.merged_length !== undefined) {
    rows.number(name('merged_length'), golden.merged_length, steps.mergedLength, TOLERANCES.exact);
  }
  if (!c.tokenizer) {
    rows.exact(name('input_ids'), list(golden.input_ids), golden.input_ids);
    return;
  }
  const query = queryText(c, golden.query, golden.images ?? []);
  rows.text(name('prompt'), golden.prompt, query.prompt);
  rows.exact(name('input_ids'), list(golden.input_ids), query.inputIds);
  if (golden.text !== undefined) {
    rows.text(name('text'), golden.text, tokenizerOf(c).decode(golden.generated, { skipSpecial: true }));
  }
}

/** Prompts padded on the left and decoded together give what each gives alone. */
function compareBatch(
  rows: Rows,
  items: readonly GoldenItem[],
  golden: NonNullable<GoldenGenerate['batch']>,
  all: number[][],
): void {
  const length = Math.max(...golden.input_ids.map((ids) => ids.length));
  const pad = golden.input_ids.flatMap((ids, i) => ids.slice(0, length - items[i]!.input_ids.length))[0] ?? 0;
  const padded = items.flatMap(({ input_ids: ids }) => [
    ...new Array<number>(Math.max(0, length - ids.length)).fill(pad),
    ...ids,
  ]);
  const shape = [golden.input_ids.length, length];
  rows.exact(`${FILE}: batch: input_ids`, { data: golden.input_ids.flat(), shape }, padded);
  const flags = golden.same_as_single.map(Number);
  const alike = golden.generated.map((ids, i) => Number(same(ids, items[i]?.generated ?? [])));
  rows.exact(`${FILE}: batch: same_as_single`, { data: flags, shape: [flags.length] }, alike);
  golden.generated.forEach((ids, i) =>
    compareIds(
      rows,
      `${FILE}: batch: generated${i === 0 ? '' : `.${i}`}`,
      ids,
      all[i] ?? [],
      items[i]?.margins ?? [],
    ),
  );
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** Ids must be equal up to the first step whose two best logits are closer than rounding can tell apart. */
function compareIds(
  rows: Rows,
  tensor: string,
  golden: readonly number[],
  actual: readonly number[],
  margins: readonly number[],
): void {
  const at = golden.findIndex((id, step) => id !== actual[step]);
  const close = at >= 0 && at < actual.length && margins[at] !== undefined && margins[at] <= SAFE_MARGIN;
  if (!close) {
    rows.exact(tensor, list(golden), actual);
    return;
  }
  const row = rows.exact(tensor, list(golden.slice(0, at)), actual.slice(0, at));
  row.note = `compared up to step ${at}: there the two best logits are ${margins[at]!.toExponential(1)} apart`;
}
