import { encodeSafetensors } from '@ovis/checkpoint';
import { parseRunConfig, type RunConfig } from '@ovis/config';
import { iconTexts, makeIconData } from '@ovis/datasets';
import { initParams, newOvisConfig, parseOvisConfig } from '@ovis/model';
import { openStorage, type ObjectStorage } from '@ovis/storage';
import { initEngine } from '@ovis/tensorflow';
import { trainTokenizer } from '@ovis/text';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const THINGS = 24;

export interface TinyRunOptions {
  /** Environment with the credentials of `out` (default `process.env`). */
  env?: NodeJS.ProcessEnv;
}

export interface TinyRun {
  /** The run file. */
  text: string;
  config: RunConfig;
}

/**
 * A run of seconds: few drawings, random backbones of width 32, three stages of a few steps.
 * @param out where data, backbones and results go: `s3://bucket/prefix`, `file:///dir` or a directory
 */
export async function makeTinyRun(out: string, o: TinyRunOptions = {}): Promise<TinyRun> {
  const root = out.includes('://') ? out.replace(/\/+$/, '') : pathToFileURL(resolve(out)).href;
  const env = o.env ?? process.env;
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
  const data = await makeIconData({ out: `${root}/data`, things: THINGS, env });
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
  const storage = openStorage(`${root}/backbones`, env);
  await writeBackbone(storage, 'vit', config, 'visual_tokenizer.backbone.', {
    'config.json': vit,
    'preprocessor_config.json': {},
  });
  await writeBackbone(storage, 'llm', config, 'llm.', {
    'config.json': llm,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
  });
  const text = runFile(root, data.patterns);
  return { text, config: parseRunConfig(text, { file: 'tiny.yaml' }) };
}

function runFile(root: string, sets: Record<string, string>): string {
  const stage = (number: number, dataset: string | undefined) => `
  - stage: ${number}
    dataset: '${dataset}'
    steps: 6
    batchSize: 8
    learningRate: 1.0e-3
    checkpointEvery: 3`;
  return `name: tiny
seed: 5
storage: '${root}/runs'
gang: { trainers: 2, minTrainers: 1 }
model: { backbones: '${root}/backbones', visualVocabSize: 64, multimodalMaxLength: 320 }
checkpoints: { waitSeconds: 60 } # every one of them, on any machine
data: { lanes: 4, shuffleBuffer: 8, augmentShift: 2 }
stages:${stage(1, sets['captions'])}${stage(2, sets['descriptions'])}${stage(3, sets['instructions'])}
evaluation: { dataset: '${sets['heldout']}', maxNewTokens: 4, limit: 12 }
`;
}

async function writeBackbone(
  storage: ObjectStorage,
  folder: string,
  config: ReturnType<typeof parseOvisConfig>,
  prefix: string,
  files: Record<string, object>,
): Promise<void> {
  const params = initParams(config, { seed: 3, only: (name) => name.startsWith(prefix) });
  const tensors = Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => [
      name.slice(prefix.length),
      { dtype: 'F32' as const, shape: tensor.shape, data: new Float32Array(tensor.dataSync()) },
    ]),
  );
  for (const tensor of Object.values(params)) tensor.dispose();
  await storage.put(`${folder}/model.safetensors`, encodeSafetensors(tensors));
  for (const [name, json] of Object.entries(files))
    await storage.put(`${folder}/${name}`, JSON.stringify(json));
}
