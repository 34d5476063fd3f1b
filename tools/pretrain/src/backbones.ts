import { encodeSafetensors } from '@ovis/checkpoint';
import { HELD_OUT_ARTIST, iconImages, iconTexts } from '@ovis/datasets';
import { newOvisConfig, parseOvisConfig, type OvisConfig } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import {
  captionSample,
  conversationSample,
  createFormatter,
  TextTokenizer,
  trainTokenizer,
} from '@ovis/text';

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pretrainLlm, type TokenText } from './llm.ts';
import type { Weights } from './optimise.ts';
import { recipe } from './recipe.ts';
import { imageFeatures, nearestNeighbourAccuracy } from './retrieval.ts';
import { pretrainVit, type NamedImages } from './vit.ts';

export interface PretrainProgress {
  part: 'vit' | 'llm';
  step: number;
  steps: number;
  loss: number;
  seconds: number;
}

export interface PretrainOptions {
  /** Folder that receives `vit/` and `llm/` in Hugging Face layout. */
  out: string;
  /** Make only one of the two. */
  only?: 'vit' | 'llm';
  /** Part of the recipe's steps, for tests. */
  scale?: number;
  onProgress?: (progress: PretrainProgress) => void;
  signal?: AbortSignal;
}

export interface PretrainReport {
  /**
   * Part of the held-out artist's drawings whose nearest drawing by the training artists (mean patch features) shows
   * the same thing; the same for the tower before training.
   */
  vitNearestNeighbour?: { trained: number; drawings: number };
  llmLoss?: number;
}

/**
 * Makes the demo's backbones from the training artists' drawings and texts (nothing of the held-out artist is used but
 * to measure): a CLIP vision tower and a Qwen2 language model with its tokenizer.
 */
export async function pretrainBackbones(o: PretrainOptions): Promise<PretrainReport> {
  const texts = await iconTexts();
  const { tokenizer, config: tokenizerConfig } = trainTokenizer([...texts.plain, ...chatScaffold()], {
    vocabSize: recipe.vocabSize,
  });
  const words = TextTokenizer.fromFiles(tokenizer, tokenizerConfig);
  const llm = { ...recipe.llm, vocab_size: words.vocabSize };
  const config = parseOvisConfig(newOvisConfig({ vit: recipe.vit, llm, visualVocabSize: 512 }));
  const steps = (n: number) => Math.max(1, Math.round(n * (o.scale ?? 1)));
  const report: PretrainReport = {};

  if (o.only !== 'llm') {
    const { steps: vitSteps, ...settings } = recipe.vitTraining;
    const weights = await pretrainVit({
      ...settings,
      steps: steps(vitSteps),
      images: await namedImages(),
      config,
      mean: [...recipe.mean],
      std: [...recipe.std],
      seed: recipe.seed,
      signal: o.signal,
      onStep: (progress) => o.onProgress?.({ part: 'vit', ...progress }),
    });
    report.vitNearestNeighbour = await heldOutRetrieval(config, weights);
    await writeModel(join(o.out, 'vit'), recipe.vit, weights, {
      'preprocessor_config.json': {
        image_processor_type: 'CLIPImageProcessor',
        crop_size: { height: recipe.imageSize, width: recipe.imageSize },
        size: { shortest_edge: recipe.imageSize },
        image_mean: recipe.mean,
        image_std: recipe.std,
        do_convert_rgb: true,
      },
    });
  }
  if (o.only !== 'vit') {
    const { steps: llmSteps, ...settings } = recipe.llmTraining;
    const weights = await pretrainLlm({
      ...settings,
      steps: steps(llmSteps),
      texts: tokenTexts(words, texts),
      config,
      seed: recipe.seed,
      signal: o.signal,
      onStep: (progress) => {
        report.llmLoss = progress.loss;
        o.onProgress?.({ part: 'llm', ...progress });
      },
    });
    await writeModel(join(o.out, 'llm'), llm, weights, {
      'tokenizer.json': tokenizer,
      'tokenizer_config.json': tokenizerConfig,
    });
  }
  return report;
}

/** What the chat format puts around every turn: without it the tokenizer would spell these words out. */
function chatScaffold(): string[] {
  return Array.from({ length: 4000 }, () => 'system\nYou are a helpful assistant.\nuser\nassistant\n');
}

async function namedImages(artists?: [typeof HELD_OUT_ARTIST]): Promise<NamedImages> {
  const { size, images } = await iconImages({ size: recipe.imageSize, ...(artists ? { artists } : {}) });
  const bytes = size * size * 3;
  const pixels = new Uint8Array(images.length * bytes);
  images.forEach((image, index) => pixels.set(image.rgb, index * bytes));
  return {
    size,
    pixels,
    items: images.map(({ thing, name, artist, category }) => ({
      name: thing,
      artist,
      words: [...name.split(' '), `category:${category}`],
    })),
  };
}

async function heldOutRetrieval(config: OvisConfig, weights: Weights) {
  const params = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]),
  );
  const [queries, gallery] = [await namedImages([HELD_OUT_ARTIST]), await namedImages()];
  const features = [];
  for (const images of [queries, gallery])
    features.push(await imageFeatures(config, params, normalised(images)));
  tf.dispose(params);
  const names = (images: NamedImages) => images.items.map(({ name }) => name);
  const [of, among] = features as [Float32Array, Float32Array];
  return {
    trained: nearestNeighbourAccuracy(of, names(queries), among, names(gallery)),
    drawings: queries.items.length,
  };
}

/** Interleaved bytes -> `[images, 3, S, S]`, normalised. */
function normalised({ pixels, size, items }: NamedImages): Float32Array {
  const plane = size * size;
  const out = new Float32Array(items.length * 3 * plane);
  for (let image = 0; image < items.length; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const [mean, std] = [recipe.mean[channel] as number, recipe.std[channel] as number];
      for (let at = 0; at < plane; at++) {
        const value = (pixels[(image * plane + at) * 3 + channel] as number) / 255;
        out[(image * 3 + channel) * plane + at] = (value - mean) / std;
      }
    }
  }
  return out;
}

/**
 * The dialogs and captions in the formats of training, with words in place of pictures. Only answers are learned: which
 * question comes is chance, and learning it would drown what the answers teach (to copy a name, to compare).
 */
function tokenTexts(tokenizer: TextTokenizer, texts: Awaited<ReturnType<typeof iconTexts>>): TokenText[] {
  const formatter = createFormatter('QwenConversationFormatter', tokenizer);
  return [
    ...texts.dialogs.map((turns) => conversationSample(formatter, turns)),
    ...texts.captions.map(({ picture, caption }) =>
      captionSample(tokenizer, { template: `${picture}'s caption: `, caption }),
    ),
  ];
}

async function writeModel(
  folder: string,
  config: object,
  weights: Weights,
  files: Record<string, object>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]),
  );
  const write = async (name: string, content: Uint8Array | string) => {
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    await writeFile(temporary, content);
    await rename(temporary, join(folder, name));
  };
  for (const [name, json] of Object.entries({ 'config.json': config, ...files }))
    await write(name, `${JSON.stringify(json, null, 2)}\n`);
  await write('model.safetensors', encodeSafetensors(tensors, { format: 'pt' }));
}
