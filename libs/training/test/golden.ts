import { parseOvisConfig } from '@ovis/model';
import type { MergedBatch, OvisConfig, Params } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { buildMicroBatch } from '../src/index.ts';
import type { StageSettings, TrainingSample } from '../src/index.ts';
import { caseJson } from './fixtures.ts';
import type { HostTensor } from './safetensors.ts';
import { safetensors } from './safetensors.ts';

interface GoldenMicroBatch {
  input_ids: number[][];
  labels: number[][];
  attention_mask: number[][];
  images: string[][];
}
export interface GoldenStage {
  stage: 1 | 2 | 3;
  arguments: Record<string, string>;
  trainable: string[];
  steps_run: number;
  total_steps: number;
  learning_rates_used: number[];
  logged: { loss: number; grad_norm: number }[];
  micro_losses: number[];
  max_abs_change: Record<string, number>;
  /** Per optimizer step. */
  micro_batches: GoldenMicroBatch[][];
}

/** The weights of a model, as files hold them. */
export type Weights = Record<string, HostTensor>;

/** A model case of the golden data with three official stages, one after the other (libs/model/fixtures). */
export class GoldenCase {
  readonly name: string;
  readonly config: OvisConfig;
  /** Parameters whose gradient is rounding noise, which Adam amplifies: no comparison makes sense. */
  readonly noisy: ReadonlySet<string>;
  readonly #images: Weights;

  constructor(name: string) {
    this.name = name;
    this.config = parseOvisConfig(caseJson(`${name}/checkpoint/config.json`));
    const forward = caseJson<{ params_with_noise_only_grad: string[] }>(`${name}/forward.json`);
    this.noisy = new Set(forward.params_with_noise_only_grad);
    this.#images = safetensors(`${name}/images.safetensors`);
  }

  stage(stage: number): GoldenStage {
    return caseJson(`${this.name}/stage${stage}.json`);
  }

  /** Weights of the model before and after a stage: the golden files hold what changed since the state before. */
  weights(stage: number): { initial: Weights; final: Weights } {
    const weights = safetensors(`${this.name}/checkpoint/model.safetensors`);
    let initial = weights;
    let final = weights;
    for (let s = 1; s <= stage; s++) {
      const stored = Object.entries(safetensors(`${this.name}/stage${s}.safetensors`));
      const part = (prefix: string) =>
        Object.fromEntries(
          stored.flatMap(([name, tensor]) =>
            name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
          ),
        );
      initial = { ...final, ...part('init.') };
      final = { ...initial, ...part('final.') };
    }
    return { initial, final };
  }

  /** The samples of a golden micro-batch without their padding; the zero picture of a text-only sample is left out. */
  samples(batch: GoldenMicroBatch): TrainingSample[] {
    const size = Object.values(this.#images)[0]!.data.length;
    return batch.input_ids.map((ids, i) => {
      const length = batch.attention_mask[i]!.reduce((sum, bit) => sum + bit, 0);
      const pictured = ids.some((id) => id === -200 || id === -300);
      return {
        inputIds: ids.slice(0, length),
        labels: batch.labels[i]!.slice(0, length),
        pixels: pictured
          ? batch.images[i]!.map((name) => this.#images[`image.${name}`]?.data ?? new Float32Array(size))
          : [],
      };
    });
  }

  batch(golden: GoldenStage, samples: TrainingSample[]): MergedBatch {
    const maxLength = Number(golden.arguments['multimodal_max_length']);
    return buildMicroBatch(samples, this.config, { maxLength, lossRows: 256 });
  }
}

export const ovis10 = new GoldenCase('ovis10_clip_qwen2');

export function toParams(tensors: Weights): Params {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]),
  );
}

export function stageSettings(golden: GoldenStage): StageSettings {
  const { arguments: args } = golden;
  const begin = args['visual_re_init_layer_begin'];
  return {
    stage: golden.stage,
    trainModules: args['train_modules']!.split('|'),
    reinitLayersFrom: begin === undefined ? undefined : Number(begin),
    totalSteps: golden.total_steps,
    learningRate: Number(args['learning_rate']),
    warmupRatio: Number(args['warmup_ratio']),
    schedule: 'cosine',
    clipNorm: Number(args['max_grad_norm']),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: Number(args['weight_decay']),
    accumulation: Number(args['gradient_accumulation_steps']),
    lossNormalization: 'microbatch',
    activationCheckpointing: false,
    precision: 'fp32',
    seed: 42,
  };
}
