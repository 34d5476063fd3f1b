import { decodeSafetensors, toFloat32 } from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import { parseRunConfig } from '@ovis/config';
import type { MergedBatchTensors, OvisConfig, Params } from '@ovis/model';
import {
  IGNORE_ID,
  IMAGE_TOKEN_ID,
  initParams,
  newOvisConfig,
  parseOvisConfig,
  RandomStream,
} from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { StageSettings, TrainingSample } from '@ovis/training';
import { buildShards, stageSettings, StageTrainer } from '@ovis/training';
import { readFile } from 'node:fs/promises';

/*
 * The demo's Ovis without its data: the backbones of this repository, the settings of runs/icons.yaml, and samples of
 * noise in the layout that the icons' texts have.
 */

const REPOSITORY = new URL('../../../../', import.meta.url);
const BACKBONES = new URL('tools/pretrain/backbones/icons/', REPOSITORY);

export type DemoStage = 1 | 2 | 3;

/**
 * What one of the demo's two trainers gets per step: half of the batch of 32. Lengths and labels are those of the demo's data,
 * averaged over 60 batches; the batch is padded to a multiple of 16, and its labelled rows to a power of two.
 */
const LAYOUTS: Record<DemoStage, { samples: number; merged: number; spread: number; labels: number }> = {
  1: { samples: 16, merged: 46, spread: 2, labels: 38 },
  2: { samples: 16, merged: 88, spread: 8, labels: 410 },
  3: { samples: 16, merged: 79, spread: 16, labels: 78 },
};

/** Samples of a trainer's step. */
export const demoSamples = (stage: DemoStage): number => LAYOUTS[stage].samples;

export async function demoRun(): Promise<RunConfig> {
  const file = new URL('runs/icons.yaml', REPOSITORY);
  return parseRunConfig(await readFile(file, 'utf8'), { file: file.pathname });
}

export async function demoModelConfig(run: RunConfig): Promise<OvisConfig> {
  const json = async (name: string) => JSON.parse(await readFile(new URL(name, BACKBONES), 'utf8')) as object;
  const { visualVocabSize, multimodalMaxLength, tokenizeFunction, tau, useIndicators } = run.model;
  const [vit, llm] = await Promise.all([json('vit/config.json'), json('llm/config.json')]);
  return parseOvisConfig(
    newOvisConfig({ vit, llm, visualVocabSize, multimodalMaxLength, tokenizeFunction, tau, useIndicators }),
  );
}

/** The weights that stage 1 starts from. */
export async function demoParams(run: RunConfig, config: OvisConfig): Promise<Params> {
  const weights = async (name: string, prefix: string): Promise<Params> => {
    const { tensors } = decodeSafetensors(await readFile(new URL(name, BACKBONES)));
    return Object.fromEntries(
      Object.entries(tensors).map(([key, tensor]) => [
        prefix + key,
        tf.tensor(toFloat32(tensor), [...tensor.shape], 'float32'),
      ]),
    );
  };
  const fresh = (name: string) => name.startsWith('visual_tokenizer.head.') || name === 'vte.weight';
  return {
    ...(await weights('vit/model.safetensors', 'visual_tokenizer.backbone.')),
    ...(await weights('llm/model.safetensors', 'llm.')),
    ...initParams(config, { seed: run.seed, only: fresh }),
  };
}

/** The demo's settings, at the full learning rate from the first step on, so that a wrong update shows in the next loss. */
export function demoSettings(run: RunConfig, stage: DemoStage): StageSettings {
  // The peer does not look at its tokens either: `npm run bench -- monitors` says what that costs.
  return { ...stageSettings(run, stage), warmupRatio: 0, schedule: 'constant', monitor: undefined };
}

/** One micro-batch of a stage, in shards. The caller disposes its tensors. */
export function demoBatch(
  run: RunConfig,
  config: OvisConfig,
  stage: DemoStage,
  shards: number,
): MergedBatchTensors[] {
  const { samples, merged, spread, labels } = LAYOUTS[stage];
  const random = new RandomStream(run.seed, `bench/stage${stage}`);
  const list = Array.from({ length: samples }, (_, i): TrainingSample => {
    const length = Math.round(merged + spread * ((2 * i) / (samples - 1) - 1));
    const share = Math.floor(((i + 1) * labels) / samples) - Math.floor((i * labels) / samples);
    return demoSample(config, random, length, share);
  });
  return buildShards(list, config, { maxLength: config.multimodalMaxLength, lengthMultiple: 16 }, shards);
}

/** A picture and the ids of a question to it, `rows` rows in all. */
export function demoPrompt(config: OvisConfig, random: RandomStream, rows: number): TrainingSample {
  return demoSample(config, random, rows, 0);
}

/** The picture, then text; the last `labels` ids are learned. */
function demoSample(config: OvisConfig, random: RandomStream, rows: number, labels: number): TrainingSample {
  const { channels, imageSize, patchSize } = config.visual.backbone;
  const pictureRows = (imageSize / patchSize) ** 2 + (config.visual.indicators === 'wrapped' ? 2 : 0);
  const textLength = rows - pictureRows;
  const ids = Array.from(random.uniforms(textLength, 0, config.llm.vocabSize), Math.floor);
  return {
    pixels: random.normals(channels * imageSize ** 2, 0, 1),
    inputIds: [IMAGE_TOKEN_ID, ...ids],
    labels: [IGNORE_ID, ...ids.map((id, at) => (at < textLength - labels ? IGNORE_ID : id))],
  };
}

/** The trainer and the batch of the case `ovis-stageN`, the batch in shards; `changes` to the settings. */
export async function demoTrainer(name: string, shards: number, changes: Partial<StageSettings> = {}) {
  const stage = Number(/^ovis-stage([123])$/.exec(name)?.[1]) as DemoStage;
  if (!stage) throw new Error(`there is no stage case '${name}'`);
  const run = await demoRun();
  const config = await demoModelConfig(run);
  const params = await demoParams(run, config);
  const settings = { ...demoSettings(run, stage), ...changes };
  const trainer = await StageTrainer.create({ config, params, settings });
  return { trainer, batch: demoBatch(run, config, stage, shards), config };
}
