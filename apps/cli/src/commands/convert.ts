import type { Conversion, ConvertOptions } from '@ovis/pretrained';
import { Command, Option } from 'commander';
import { resolve } from 'node:path';
import { storageEnvOf } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { bytes, count, table } from '../format.ts';

interface Options extends Pick<ConvertOptions, 'dtype'> {
  to: ConvertOptions['to'] | 'hf';
  stage: string;
  maxShard: string;
  dryRun: boolean;
  json: boolean;
}

/** `ovis convert`: a model in another form. */
export function convertCommand(context: CliContext): Command {
  return new Command('convert')
    .description(
      'write a model in another form: official, native ovis2 of transformers, or one of our checkpoints',
    )
    .argument(
      '<source>',
      'folder or URL of a model, or of a checkpoint (STORAGE/RUN/checkpoints[/ID]); a GGUF file',
    )
    .argument('<target>', 'new folder or URL; for a checkpoint a run`s folder STORAGE/RUN/checkpoints')
    .addOption(
      new Option('--to <form>', 'form of the target; hf: the language model of a GGUF file, as a backbone')
        .choices(['official', 'native', 'checkpoint', 'hf'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--dtype <type>', 'type of the weights')
        .choices(['keep', 'fp32', 'bf16', 'fp16'])
        .default('keep'),
    )
    .addOption(
      new Option('--stage <n>', 'the stage whose end a checkpoint stands for: training goes on behind it')
        .choices(['1', '2', '3'])
        .default('2'),
    )
    .option('--max-shard <GB>', 'weights beyond this are written as several files', '5')
    .option('--dry-run', 'check everything, say what would be written, write nothing', false)
    .option('--json', 'print what was written as JSON', false)
    .action((source: string, target: string, options: Options) => convert(context, source, target, options));
}

async function convert(context: CliContext, source: string, target: string, o: Options): Promise<void> {
  if ((o.to === 'hf') !== source.endsWith('.gguf')) {
    throw new CliError(
      'USAGE',
      `'${source}' cannot become '${o.to}'`,
      '--to hf is for GGUF files, and they for --to hf',
    );
  }
  if (o.to === 'hf') return convertLanguageModel(context, source, target, o);
  const { to } = o;
  const maxShardBytes = shardBytes(o.maxShard);
  // Loads TensorFlow, which other commands do without.
  const { modelUrl, planConversion } = await import('@ovis/pretrained');
  const plan = await planConversion(modelUrl(source, context.cwd), modelUrl(target, context.cwd), {
    to,
    dtype: o.dtype,
    stage: Number(o.stage) as 1 | 2 | 3,
    maxShardBytes,
    env: storageEnvOf(context),
    signal: context.signal,
  });
  for (const warning of plan.warnings) context.err(`warning: ${warning}`);
  if (!o.json) describe(plan).forEach(context.out);
  if (!o.dryRun) await plan.write();
  if (o.json) {
    const { source: from, target: to, parameters, files, warnings } = plan;
    const result = {
      source: { url: from.url, format: from.format },
      target: to,
      parameters,
      files,
      warnings,
    };
    context.out(JSON.stringify({ ...result, written: !o.dryRun }, null, 2));
  } else {
    context.out(o.dryRun ? 'dry run     nothing was written' : `written     ${plan.target.url}`);
  }
}

const GGUF_DTYPES = { keep: 'F32', fp32: 'F32', bf16: 'BF16', fp16: 'F16' } as const;

/** A GGUF file's quantised weights are written as floats: `keep` is fp32, which holds them exactly. */
async function convertLanguageModel(
  context: CliContext,
  source: string,
  target: string,
  o: Options,
): Promise<void> {
  const { convertGguf, modelUrl } = await import('@ovis/pretrained');
  const dtype = GGUF_DTYPES[o.dtype ?? 'keep'];
  const written = await convertGguf(resolve(context.cwd, source), modelUrl(target, context.cwd), {
    dtype,
    env: storageEnvOf(context),
    dryRun: o.dryRun,
  });
  if (o.json) {
    context.out(JSON.stringify({ source, target: written, written: !o.dryRun }, null, 2));
    return;
  }
  const { url, config, bytes: size } = written;
  context.out(`target      ${url} (${String(config['model_type'])}, ${dtype}, ${bytes(size)} of weights)`);
  context.out(o.dryRun ? 'dry run     nothing was written' : `written     ${url}`);
}

function describe(plan: Conversion): string[] {
  const { config, format, url } = plan.source;
  const total = plan.files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `source      ${url}`,
    `            ${format}, Ovis ${config.generation === 'native' ? '2 (native)' : config.generation}: ${config.visual.backbone.kind} + ${config.llm.family}, ${count(plan.parameters)} parameters`,
    `target      ${plan.target.url} (${plan.target.format})`,
    ...table(plan.files.map(({ name, bytes: size }) => [`  ${name}`, bytes(size)])),
    `            ${plan.files.length} files, ${bytes(total)}`,
  ];
}

function shardBytes(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new CliError('USAGE', `--max-shard is '${text}'`, 'give a number of GB above 0');
  return value * 1e9;
}
