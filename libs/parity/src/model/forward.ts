import {
  mergedBatchTensors,
  mergeLayout,
  ovisLoss,
  planMerge,
  type MergePlan,
  type MergeSample,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { CaseTensor, CaseTensors } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { ParityError } from '../errors.ts';
import { joinPixels, ZEROS } from './pictures.ts';

/** The samples of `forward.safetensors` without their padding, and the pixels of all their pictures. */
export interface ForwardInputs {
  samples: MergeSample[];
  pixels: Float32Array;
  /** Official cases pad the texts with it before merging. */
  padTokenId?: number;
}

/** @throws ParityError INCOMPLETE */
export function forwardInputs(c: ParityCase): ForwardInputs {
  const input = (name: string) => needed(c.activations, `in.${name}`);
  const [ids, labels, mask] = ['input_ids', 'labels', 'attention_mask'].map((name) => rowsOf(input(name)));
  const pictures = c.forward?.pixel_values;
  if (!pictures && !c.nativeForward) {
    throw new ParityError(
      'INCOMPLETE',
      'the case has forward.safetensors and no forward.json',
      'forward.json says which pictures belong to the samples.',
    );
  }
  const samples = ids!.map((row, i) => {
    const length = mask![i]!.lastIndexOf(1) + 1;
    return {
      inputIds: row.slice(0, length),
      labels: labels![i]!.slice(0, length),
      images: pictures?.[i]?.length,
    };
  });
  return {
    samples,
    pixels: pictures
      ? joinPixels(c, pictures.flat())
      : ((c.activations?.['in.pixel_values']?.data ?? joinPixels(c, [ZEROS])) as Float32Array),
    padTokenId: c.forward?.pad_token_id,
  };
}

/** The batch laid out as the official code does it. */
export function forwardPlan(config: OvisConfig, inputs: ForwardInputs, maxLength: number): MergePlan {
  const layout = { ...mergeLayout(config), maxLength, padTokenId: inputs.padTokenId };
  // 1.6 fills every training batch up to the greatest length (spec 2.5).
  return planMerge(inputs.samples, config.generation === '1.6' ? { ...layout, padTo: maxLength } : layout);
}

/** What the model makes of the batch: every tapped tensor and the mean loss. */
export interface ForwardResult {
  taps: CaseTensors;
  loss: number;
}

/** Runs the whole model once, with every intermediate. */
export function runForward(
  config: OvisConfig,
  params: Params,
  inputs: ForwardInputs,
  plan: MergePlan,
): ForwardResult {
  const taps: CaseTensors = {};
  const loss = tf.tidy(() => {
    const {
      lossRows: _rows,
      lossLabels: _labels,
      ...batch
    } = mergedBatchTensors(config, plan, inputs.pixels);
    const { lossSum, tokens } = ovisLoss(config, params, batch, {
      tap: (name, value) => (taps[name] = copyOf(value)),
    });
    return tf.div(lossSum, tokens).dataSync()[0] as number;
  });
  return { taps, loss };
}

/** Weights as tensors; the caller disposes them. */
export function toParams(tensors: CaseTensors): Params {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [name, tf.tensor(data, shape, 'float32')]),
  );
}

/** Rows of a matrix. */
export function rowsOf({ data, shape }: CaseTensor): number[][] {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) => [...data.slice(i * columns, (i + 1) * columns)]);
}

/** @throws ParityError INCOMPLETE */
export function needed(tensors: CaseTensors | undefined, name: string): CaseTensor {
  const found = tensors?.[name];
  if (found) return found;
  throw new ParityError(
    'INCOMPLETE',
    `forward.safetensors has no ${name}`,
    'The inputs in.input_ids, in.attention_mask and in.labels are needed to run the model.',
  );
}

function copyOf(value: tf.Tensor): CaseTensor {
  return { shape: [...value.shape], data: value.dataSync().slice() as Float32Array };
}
