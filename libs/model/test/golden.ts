import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseOvisConfig, pixelChannels, type OvisConfig } from '../src/config/index.ts';
import { tf } from '@ovis/tensorflow';
import { mergedBatchTensors, type MergedBatchTensors } from '../src/loss.ts';
import { mergeLayout, planMerge, type MergePlan, type MergeSample } from '../src/merge.ts';
import type { Params } from '../src/params.ts';
import { nativeTensors } from '../src/names/native-names.ts';
import { parameterShapes } from '../src/parameter-shapes.ts';
import { readSafetensors, type HostTensor } from './safetensors.ts';

/** All model cases (fixtures/README.md). */
export const GOLDEN_CASES = [
  'ovis10_clip_qwen2',
  'ovis10_clip_llama3',
  'ovis15_siglip_gemma2',
  'ovis16_siglip_llama32',
  'ovis20_aimv2_qwen25',
  'native_ovis2',
] as const;

/** One model case of the golden data (fixtures/README.md). */
export class GoldenCase {
  readonly folder: string;
  readonly config: OvisConfig;
  readonly info: ForwardInfo;

  constructor(name: string) {
    this.folder = new URL(`../fixtures/${name}/`, import.meta.url).pathname;
    this.config = parseOvisConfig(this.json('checkpoint/config.json'));
    this.info = this.json('forward.json') as ForwardInfo;
  }

  json(file: string): unknown {
    return JSON.parse(readFileSync(this.folder + file, 'utf8'));
  }

  tensors(file: string): Record<string, HostTensor> {
    return readSafetensors(this.folder + file);
  }

  params(): Params {
    return toParams(this.official(this.tensors('checkpoint/model.safetensors')));
  }

  /** Tensors by parameter name under the official names; native cases have transformers' own (spec 7.3). */
  official(tensors: Record<string, HostTensor>): Record<string, HostTensor> {
    if (this.config.generation !== 'native') return tensors;
    const joined: Record<string, HostTensor> = {};
    const shapes = parameterShapes(this.config);
    for (const { native, official, part, parts } of nativeTensors(this.config)) {
      const source = tensors[native];
      if (!source) continue;
      const shape = shapes[official] as number[];
      const size = shape.reduce((product, n) => product * n, 1);
      const target = (joined[official] ??= { dtype: 'F32', shape, data: new Float32Array(size) });
      target.data.set(source.data, (part * size) / parts);
    }
    return joined;
  }

  /** The three samples of `forward.safetensors` without their padding. */
  samples(): MergeSample[] {
    const forward = this.tensors('forward.safetensors');
    const ids = rowsOf(forward['in.input_ids'] as HostTensor);
    const labels = rowsOf(forward['in.labels'] as HostTensor);
    const mask = rowsOf(forward['in.attention_mask'] as HostTensor);
    return ids.map((row, i) => {
      const length = (mask[i] as number[]).lastIndexOf(1) + 1;
      return {
        inputIds: row.slice(0, length),
        labels: (labels[i] as number[]).slice(0, length),
        // The native batch has no dummy picture for its text-only sample.
        ...(this.info.pixel_values ? { images: (this.info.pixel_values[i] as string[]).length } : {}),
      };
    });
  }

  plan(o: { maxLength?: number; padTo?: number } = {}): MergePlan {
    return planMerge(this.samples(), {
      ...mergeLayout(this.config),
      maxLength: o.maxLength ?? this.config.multimodalMaxLength,
      padTo: o.padTo,
      padTokenId: this.info.pad_token_id,
    });
  }

  /** All pictures of the forward batch, `[images, channels, S, S]` flattened. */
  pixels(names: string[] | undefined = this.info.pixel_values?.flat()): Float32Array {
    if (!names)
      return (this.tensors('forward.safetensors')['in.pixel_values'] as HostTensor).data as Float32Array;
    const images = this.tensors('images.safetensors');
    const size = pixelChannels(this.config) * this.config.visual.backbone.imageSize ** 2;
    const all = new Float32Array(names.length * size);
    names.forEach((name, i) => {
      if (name !== 'zeros') all.set((images[`image.${name}`] as HostTensor).data as Float32Array, i * size);
    });
    return all;
  }

  batch(plan: MergePlan = this.plan()): MergedBatchTensors {
    return mergedBatchTensors(this.config, plan, this.pixels());
  }
}

export interface ForwardInfo {
  pad_token_id: number;
  /** Absent in native cases, whose pictures are in forward.safetensors. */
  pixel_values?: string[][];
  aliases: Record<string, string>;
  loss: number;
  params_without_grad: string[];
  params_with_noise_only_grad: string[];
}

export function toTensor(host: HostTensor): tf.Tensor {
  return tf.tensor(host.data as Float32Array, host.shape, host.dtype === 'F32' ? 'float32' : 'int32');
}

export function toParams(tensors: Record<string, HostTensor>): Params {
  return Object.fromEntries(Object.entries(tensors).map(([name, host]) => [name, toTensor(host)]));
}

export function rowsOf(host: HostTensor): number[][] {
  const [rows, columns] = host.shape as [number, number];
  return Array.from({ length: rows }, (_, i) => [...host.data.slice(i * columns, (i + 1) * columns)]);
}

/** Largest difference as a share of the largest expected magnitude. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const largest = Math.max(1e-30, ...Array.from(expected, Math.abs));
  return absoluteError(actual, expected) / largest;
}

export function absoluteError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }
  return largest;
}
