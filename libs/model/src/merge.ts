import { imageTokenRows, type NativeTokenIds, type OvisConfig } from './config/index.ts';
import { takeRows, tf } from '@ovis/tensorflow';
import { MergeError } from './errors.ts';
import { textEmbeds } from './llm/decoder.ts';
import { LLM_PREFIX } from './parameter-shapes.ts';
import { ParamScope, type Params } from './params.ts';

/** Placeholder of a picture among the ids, and the label that is ignored (spec 2.5). */
export const IMAGE_TOKEN_ID = -200;
export const IGNORE_ID = -100;
/** 1.6 and 2: placeholder of one tile of a picture. */
export const IMAGE_ATOM_ID = -300;
/** 1.6 and 2: start, end of the whole picture, between columns, between rows, end. */
export const INDICATOR_IDS = [-301, -302, -303, -304, -305] as const;

/** Values of `visualRow` that are not rows. */
export const TEXT_ROW = -1;
export const ZERO_ROW = -2;

/** How a model's samples are laid out; {@link mergeLayout} says it. */
export interface MergeLayout {
  /** Rows that a picture (1.0, 1.5) or a tile (later) takes. */
  rowsPerImage: number;
  /** First row of the first picture among the visual rows: behind the indicators, 5 where they have ids of their own. Default 0. */
  firstImageRow?: number;
  /** Native `ovis2`: one `image` id per row, five indicator ids. */
  nativeIds?: NativeTokenIds;
}

/** How samples of this model are laid out. */
export function mergeLayout(config: OvisConfig): MergeLayout {
  return {
    rowsPerImage: imageTokenRows(config),
    firstImageRow: config.visual.indicators === 'in-text' ? config.visual.reserved : 0,
    ...(config.nativeIds ? { nativeIds: config.nativeIds } : {}),
  };
}

/**
 * Pictures (1.0, 1.5) or tiles (later) that the ids of a sample have places for.
 * @throws MergeError `BAD_SAMPLE` when the rows of native ids make up no whole number of them
 */
export function countImages(ids: readonly number[], layout: MergeLayout): number {
  const { nativeIds, rowsPerImage } = layout;
  if (!nativeIds) return ids.filter((id) => id === placeholderOf(layout)).length;
  const rows = ids.filter((id) => id === nativeIds.image).length;
  if (rows % rowsPerImage !== 0) {
    throw new MergeError(
      'BAD_SAMPLE',
      `a sample has ${rows} ids ${nativeIds.image}, one per row of a picture, but each picture has ${rowsPerImage} rows`,
      `Write the id ${rowsPerImage} times per tile.`,
    );
  }
  return rows / rowsPerImage;
}

/** The id that stands for all rows of a picture or tile. */
function placeholderOf({ firstImageRow = 0 }: MergeLayout): number {
  return firstImageRow === 0 ? IMAGE_TOKEN_ID : IMAGE_ATOM_ID;
}

/** A tokenised sample before merging, with the ids of its model's generation for pictures (spec 2.5). */
export interface MergeSample {
  inputIds: readonly number[];
  labels: readonly number[];
  /**
   * Images this sample brings into `pixelValues`, when that is more than its placeholders: the zero picture of a
   * text-only sample. Default: the number of placeholders.
   */
  images?: number;
}

export interface MergeOptions extends MergeLayout {
  /** `multimodal_max_length`: merged sequences are cut at it. */
  maxLength: number;
  /** Which end of a longer sequence is cut off; default the right. Generation of 2.0 cuts the left (spec 2.5). */
  cut?: 'left' | 'right';
  /** Length of the result, so that every batch has the same shape. Default: the longest merged sequence. */
  padTo?: number;
  /**
   * Pad the texts with this id before merging, as the official collator does; such positions hold the embedding of
   * the id, have mask 0, and equal ids inside a text are masked too (`ids != pad`). Default: no padding of texts, only
   * of merged rows; loss and gradients are the same.
   */
  padTokenId?: number;
  /** Length of `lossRows`; at least the number of labelled positions. Default: the next power of two, at least 64. */
  lossRowsPadTo?: number;
}

/** A batch laid out on the host. Everything is row-major `[batch, length]`. */
export interface MergePlan {
  /** Text ids; 0 at visual rows and merge-level padding. */
  inputIds: Int32Array;
  /** -1 = text, -2 = zero vector, else a row of the flattened visual embeds. */
  visualRow: Int32Array;
  labels: Int32Array;
  attentionMask: Int32Array;
  batch: number;
  length: number;
  /** Flattened positions whose next label counts, padded with 0. */
  lossRows: Int32Array;
  /** The label each of `lossRows` predicts, -100 at the padding. */
  lossLabels: Int32Array;
}

/**
 * Lays samples out in merged order (spec 2.5): each placeholder becomes the rows of the sample's next image, labels of
 * those rows are -100, shorter sequences are padded on the right with zero vectors.
 * @throws MergeError `BAD_SAMPLE` or `TOO_LONG`.
 */
export function planMerge(samples: readonly MergeSample[], o: MergeOptions): MergePlan {
  const textLength = Math.max(0, ...samples.map((sample) => sample.inputIds.length));
  let image = 0;
  const merged = samples.map((sample, index) => {
    checkSample(sample, index, o);
    const rows = mergeSample(sample, image, o, textLength);
    image += Math.max(sample.images ?? 0, countImages(sample.inputIds, o));
    return rows;
  });
  const longest = Math.max(0, ...merged.map((rows) => Math.min(rows.ids.length, o.maxLength)));
  const length = o.padTo ?? longest;
  if (longest > length) {
    throw new MergeError(
      'TOO_LONG',
      `a merged sample has ${longest} rows, the batch is laid out for ${length}`,
      `Set padTo to at least ${longest}, or maxLength (multimodal_max_length) to at most ${length} to cut samples.`,
    );
  }
  const size = samples.length * length;
  const plan = {
    inputIds: new Int32Array(size),
    visualRow: new Int32Array(size).fill(ZERO_ROW),
    labels: new Int32Array(size).fill(IGNORE_ID),
    attentionMask: new Int32Array(size),
    batch: samples.length,
    length,
  };
  merged.forEach((rows, index) => {
    const kept = Math.min(rows.ids.length, o.maxLength, length);
    const from = o.cut === 'left' ? rows.ids.length - kept : 0;
    const some = (all: readonly number[]) => all.slice(from, from + kept);
    plan.inputIds.set(some(rows.ids), index * length);
    plan.visualRow.set(some(rows.visual), index * length);
    plan.labels.set(some(rows.labels), index * length);
    plan.attentionMask.set(some(rows.mask), index * length);
  });
  return { ...plan, ...planLossRows(plan, o.lossRowsPadTo) };
}

/** The positions whose logits the loss needs, and what they predict (labels shifted by one). */
export function planLossRows(
  plan: Pick<MergePlan, 'labels' | 'batch' | 'length'>,
  padTo?: number,
): Pick<MergePlan, 'lossRows' | 'lossLabels'> {
  const rows: number[] = [];
  const labels: number[] = [];
  for (let at = 1; at < plan.batch * plan.length; at++) {
    const label = plan.labels[at] as number;
    if (label === IGNORE_ID || at % plan.length === 0) continue;
    rows.push(at - 1);
    labels.push(label);
  }
  const size = padTo ?? Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, rows.length))));
  if (rows.length > size) {
    throw new MergeError(
      'TOO_LONG',
      `${rows.length} positions have a label, the batch is laid out for ${size}`,
      `Set lossRowsPadTo to at least ${rows.length}.`,
    );
  }
  const lossRows = new Int32Array(size);
  const lossLabels = new Int32Array(size).fill(IGNORE_ID);
  lossRows.set(rows);
  lossLabels.set(labels);
  return { lossRows, lossLabels };
}

interface MergedRows {
  ids: number[];
  visual: number[];
  labels: number[];
  mask: number[];
}

function mergeSample(
  sample: MergeSample,
  firstImage: number,
  o: MergeOptions,
  textLength: number,
): MergedRows {
  const rows: MergedRows = { ids: [], visual: [], labels: [], mask: [] };
  const push = (id: number, visual: number, label: number, mask: number) => {
    rows.ids.push(id);
    rows.visual.push(visual);
    rows.labels.push(label);
    rows.mask.push(mask);
  };
  let next = (o.firstImageRow ?? 0) + firstImage * o.rowsPerImage;
  const placeholder = placeholderOf(o);
  sample.inputIds.forEach((id, at) => {
    const label = sample.labels[at] as number;
    const indicator = indicatorOf(id, o);
    if (id === placeholder && !o.nativeIds) {
      for (let row = 0; row < o.rowsPerImage; row++) push(0, next++, IGNORE_ID, 1);
    } else if (id === o.nativeIds?.image) push(0, next++, label, 1);
    else if (indicator !== undefined) push(0, indicator, o.nativeIds ? label : IGNORE_ID, 1);
    else push(id, TEXT_ROW, label, id === o.padTokenId ? 0 : 1);
  });
  if (o.padTokenId !== undefined) {
    for (let at = sample.inputIds.length; at < textLength; at++) push(o.padTokenId, TEXT_ROW, IGNORE_ID, 0);
  }
  return rows;
}

/** The visual row of an indicator's id, 0 to 4; undefined for other ids. */
function indicatorOf(id: number, { firstImageRow, nativeIds }: MergeLayout): number | undefined {
  if (!firstImageRow) return undefined;
  const at = (nativeIds?.indicators ?? INDICATOR_IDS).findIndex((known) => known === id);
  return at < 0 ? undefined : at;
}

function checkSample(sample: MergeSample, index: number, layout: MergeLayout): void {
  if (sample.inputIds.length !== sample.labels.length) {
    throw new MergeError(
      'BAD_SAMPLE',
      `sample ${index} has ${sample.inputIds.length} ids and ${sample.labels.length} labels`,
      'Give every id a label; -100 means "not trained on".',
    );
  }
  const special: readonly number[] = layout.nativeIds
    ? []
    : [placeholderOf(layout), ...(layout.firstImageRow ? INDICATOR_IDS : [])];
  const wrong = sample.inputIds.find((id) => !Number.isInteger(id) || (id < 0 && !special.includes(id)));
  if (wrong === undefined) return;
  const expand = wrong === IMAGE_TOKEN_ID && layout.firstImageRow;
  throw new MergeError(
    'BAD_SAMPLE',
    `sample ${index} has the id ${wrong}`,
    expand
      ? 'Replace the placeholder of each picture by the ids of its tiles: expandPictures(sample, pictures).'
      : `Ids are whole numbers from 0${special.length > 0 ? `; of pictures ${special.join(', ')}` : ''}.`,
  );
}

/**
 * The embeddings of a merged batch: `inputIds` and `visualRow` int32 `[batch, length]`, `visual`
 * `[images * rowsPerImage, D]` -> `[batch * length, D]`. Without `visual` the batch must be text alone.
 */
export function mergedEmbeds(
  _config: OvisConfig,
  params: Params,
  batch: { inputIds: tf.Tensor2D; visualRow: tf.Tensor2D },
  visual?: tf.Tensor2D,
): tf.Tensor2D {
  const rows = batch.visualRow.size;
  const kind = tf.reshape(batch.visualRow, [rows, 1]);
  const isText = tf.cast(tf.equal(kind, tf.scalar(TEXT_ROW, 'int32')), 'float32');
  const text = tf.mul(textEmbeds(new ParamScope(params, LLM_PREFIX), batch.inputIds), isText) as tf.Tensor2D;
  if (!visual) return text;
  const zero = tf.scalar(0, 'int32');
  const isVisual = tf.cast(tf.greaterEqual(kind, zero), 'float32');
  const images = takeRows(visual, tf.reshape(tf.maximum(kind, zero), [rows]));
  return tf.add(text, tf.mul(images, isVisual));
}
