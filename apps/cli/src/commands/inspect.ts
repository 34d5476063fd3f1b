import type { OvisConfig } from '@ovis/model';
import type { PretrainedModel } from '@ovis/pretrained';
import { openStorage } from '@ovis/storage';
import { decodeImage } from '@ovis/webdataset';
import { Command } from 'commander';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { storageEnvOf } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { findModel } from '../find-model.ts';
import { stageMemory } from '../inspect/memory.ts';
import { inspectionLines, type Inspection } from '../inspect/report.ts';
import { moduleTree } from '../inspect/tree.ts';
import { collect, readRunFile } from './config.ts';

interface Options {
  images?: string;
  maxPartition: string;
  set: string[];
  json: boolean;
}

type Stages = { stage: 1 | 2 | 3; modules: readonly string[] }[];

/** `ovis inspect`: what a model is made of, what its training takes, and what it has learned. */
export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('show modules, parameters and memory of a model, its visual table and how it uses the words')
    .argument('<model>', 'a run, the folder or URL of a model or checkpoint, or a run file (YAML)')
    .option('--images <dir>', 'pictures (png, jpg, webp) whose visual tokens are looked at')
    .option('--max-partition <n>', 'most tiles per picture (Ovis 1.6 and later)', '9')
    .option('--set <path=value>', 'change a value of the run file (repeatable)', collect, [])
    .option('--json', 'print JSON', false)
    .action((model: string, options: Options) => inspect(context, model, options));
}

async function inspect(context: CliContext, model: string, o: Options): Promise<void> {
  const inspection = /\.ya?ml$/.test(model)
    ? await inspectRunFile(context, model, o)
    : await inspectModel(context, model, o);
  if (o.json) context.out(JSON.stringify(inspection, null, 2));
  else {
    inspectionLines(inspection).forEach(context.out);
    if (inspection.table && !inspection.tokens)
      context.err('how sparse its visual tokens are: add --images DIR with some pictures');
  }
}

/** A model that does not exist yet: what a run file would build from its backbones' configs. */
async function inspectRunFile(context: CliContext, file: string, o: Options): Promise<Inspection> {
  const run = await readRunFile(context, file, o.set);
  const { backbones, ...choices } = run.model;
  const { newOvisConfig, parseOvisConfig } = await import('@ovis/model');
  const storage = openStorage(backbones, storageEnvOf(context));
  const [vit, llm] = await Promise.all(
    ['vit', 'llm'].map(async (part) => {
      const bytes = await storage.get(`${part}/config.json`);
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as object;
    }),
  );
  const config = parseOvisConfig(newOvisConfig({ ...choices, vit: vit!, llm: llm! }));
  const stages = run.stages.map(({ stage, trainModules }) => ({ stage, modules: trainModules }));
  return architecture(resolve(context.cwd, file), config, stages, run.model.reinitLayersFrom);
}

async function inspectModel(context: CliContext, name: string, o: Options): Promise<Inspection> {
  const { url, env } = await findModel(context, name);
  // Loads TensorFlow, which other commands do without.
  const [{ openForInference, tableStatistics, tokenStatistics }, { initEngine }] = await Promise.all([
    import('@ovis/pretrained'),
    import('@ovis/tensorflow'),
  ]);
  await initEngine();
  const model = await openForInference(url, { env });
  const { config } = model;
  const first = config.generation === '1.0' ? 're_init_layers' : 'backbone.layer.-1';
  const stages: Stages = [
    { stage: 1, modules: [`visual_tokenizer.${first}`, 'visual_tokenizer.head', 'vte'] },
    { stage: 2, modules: ['visual_tokenizer', 'vte'] },
    { stage: 3, modules: ['all'] },
  ];
  const images =
    o.images === undefined ? undefined : await picturesOf(context, o.images, model, o.maxPartition);
  return {
    ...(await architecture(url, config, stages)),
    table: tableStatistics(model),
    ...(images ? { tokens: tokenStatistics(model, images) } : {}),
  };
}

async function architecture(
  source: string,
  config: OvisConfig,
  stages: Stages,
  reinitLayersFrom?: number,
): Promise<Inspection> {
  const [{ describeModel, parameterShapes }, { trainableNames }] = await Promise.all([
    import('@ovis/model'),
    import('@ovis/training'),
  ]);
  const shapes = parameterShapes(config);
  const names = Object.keys(shapes);
  const trained = stages.map(({ stage, modules }) => ({
    stage,
    modules,
    trained: trainableNames(
      modules,
      config,
      names,
      reinitLayersFrom === undefined ? {} : { reinitLayersFrom },
    ),
  }));
  const generation = config.generation === 'native' ? '2 (native ovis2)' : config.generation;
  return {
    source,
    summary: `Ovis ${generation}: ${describeModel(config).summary}`,
    tree: moduleTree(shapes),
    stages: stageMemory(shapes, trained),
  };
}

async function picturesOf(
  context: CliContext,
  folder: string,
  { config, preprocessor }: PretrainedModel,
  maxPartition: string,
): Promise<Float32Array[][]> {
  const path = resolve(context.cwd, folder);
  const most = Number(maxPartition);
  let names: string[];
  try {
    names = (await readdir(path)).filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  } catch (error) {
    throw new CliError('NO_FILE', `cannot read the folder ${path}`, 'give a folder with pictures', error);
  }
  if (names.length === 0)
    throw new CliError('NO_FILE', `${path} has no pictures`, 'give a folder with png, jpg or webp files');
  const { imageProcessor, preparePicture } = await import('@ovis/model');
  const processor = imageProcessor(config, preprocessor);
  return Promise.all(
    names.map(async (name) => {
      const image = await decodeImage(await readFile(join(path, name)), `the picture ${name}`);
      return preparePicture(config, image, processor, { maxPartition: most }).pixels;
    }),
  );
}
