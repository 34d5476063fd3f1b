import { encodeSafetensors } from '@ovis/checkpoint';
import { parseRunConfig, type RunConfig } from '@ovis/config';
import { iconTexts, makeIconData } from '@ovis/datasets';
import { initParams, newOvisConfig, parseOvisConfig } from '@ovis/model';
import { trainTokenizer } from '@ovis/text';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const THINGS = 24;

/** A run of seconds in a folder: few drawings, random backbones of width 32, three stages of a few steps. */
export async function makeTinyRun(folder: string): Promise<RunConfig> {
  const data = await makeIconData({ out: join(folder, 'data'), things: THINGS });
  const texts = await iconTexts({ things: THINGS });
  const { tokenizer, config: tokenizerConfig } = trainTokenizer(texts.plain, { vocabSize: 600 });
  const vit = {
    model_type: 'clip_vision_model',
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    image_size: 48,
    patch_size: 16,
    hidden_act: 'quick_gelu',
  };
  const llm = {
    model_type: 'qwen2',
    hidden_act: 'silu',
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    vocab_size: 600,
    tie_word_embeddings: true,
  };
  const config = parseOvisConfig(newOvisConfig({ vit, llm, visualVocabSize: 64 }));
  await writeBackbone(join(folder, 'backbones/vit'), config, 'visual_tokenizer.backbone.', {
    'config.json': vit,
    'preprocessor_config.json': {},
  });
  await writeBackbone(join(folder, 'backbones/llm'), config, 'llm.', {
    'config.json': llm,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
  });
  const url = (name: string) => pathToFileURL(join(folder, name)).href;
  const stage = (number: number, dataset: string) => `
  - { stage: ${number}, dataset: '${dataset}', steps: 6, batchSize: 8, learningRate: 1.0e-3, checkpointEvery: 3 }`;
  return parseRunConfig(
    `
name: tiny
seed: 5
storage: ${url('runs')}
gang: { trainers: 2, minTrainers: 1 }
model: { backbones: '${url('backbones')}', visualVocabSize: 64, multimodalMaxLength: 320 }
data: { lanes: 4, shuffleBuffer: 8, augmentShift: 2 }
stages:${stage(1, data.patterns.captions)}${stage(2, data.patterns.descriptions)}${stage(3, data.patterns.instructions)}
evaluation: { dataset: '${data.patterns.heldout}', maxNewTokens: 4, limit: 12 }
`,
    { file: 'tiny.yaml' },
  );
}

async function writeBackbone(
  folder: string,
  config: ReturnType<typeof parseOvisConfig>,
  prefix: string,
  files: Record<string, object>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const params = initParams(config, { seed: 3, only: (name) => name.startsWith(prefix) });
  const tensors = Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => [
      name.slice(prefix.length),
      { dtype: 'F32' as const, shape: tensor.shape, data: new Float32Array(tensor.dataSync()) },
    ]),
  );
  await writeFile(join(folder, 'model.safetensors'), encodeSafetensors(tensors));
  for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
}
