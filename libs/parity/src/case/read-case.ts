import type { OvisConfig } from '@ovis/model';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { z } from 'zod';
import { corrupt, ParityError } from '../errors.ts';
import { goldenNames } from '../model/golden-names.ts';
import { readCheckpoint } from './checkpoint.ts';
import { listFiles, readChecked, readJson, readPicture, readTensors } from './files.ts';
import type { ParityCase } from './parity-case.ts';
import * as schemas from './schemas.ts';
import { allowed, checkTensorNames } from './tensor-names.ts';

/** Files of a checkpoint in Hugging Face layout. The weights and these JSON files are read; the rest belongs to other programs. */
const CHECKPOINT_FILES =
  /^checkpoint\/((config|generation_config|preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|model\.safetensors\.index)\.json|chat_template\.(jinja|json)|merges\.txt|tokenizer\.model|model(-\d{5}-of-\d{5})?\.safetensors)$/;
const PICTURE_FILES = /^images\/([^/]+)\.png$/;
const STAGE_FILES = /^stage([123])\.(json|safetensors)$/;
const OTHER_FILES = new Set([
  'images.safetensors',
  'forward.json',
  'forward.safetensors',
  'grads.safetensors',
  'generate.json',
  'generate_after_stage3.json',
  'tokenize.safetensors',
  'truncated.safetensors',
  'dataset_stage1.json',
  'dataset_stage2.json',
  'train_data.json',
  'processor.json',
  'crosscheck_official.json',
]);

/**
 * Reads a case and holds every file, field and tensor name against the format (README of the golden data).
 * @throws ParityError NO_CASE, UNKNOWN (files, fields or tensors), CORRUPT; ModelConfigError for a config.json that no model fits
 */
export async function readCase(folder: string): Promise<ParityCase> {
  const files = await caseFiles(folder);
  const has = new Set(files);
  for (const file of files) if (/^checkpoint\/.*\.json$/.test(file)) await readJson(folder, file);

  const checkpoint = await readCheckpoint(folder, has);
  const native = checkpoint.config.generation === 'native';
  const parameters = new Set(goldenNames(checkpoint.config).parameters);

  const json = <S extends z.ZodType>(file: string, schema: S): Promise<z.infer<S> | undefined> =>
    has.has(file) ? readChecked(folder, file, schema) : Promise.resolve(undefined);
  const tensors = async (file: string, isKnown: (name: string) => boolean) => {
    if (!has.has(file)) return undefined;
    const read = await readTensors(folder, file);
    checkTensorNames(file, read.tensors, isKnown);
    return read;
  };

  const pictures: ParityCase['pictures'] = {};
  for (const file of files) {
    const name = PICTURE_FILES.exec(file)?.[1];
    if (name !== undefined) pictures[name] = await readPicture(folder, file);
  }
  const stages: ParityCase['stages'] = {};
  for (const stage of [1, 2, 3] as const) {
    const [jsonFile, tensorFile] = [`stage${stage}.json`, `stage${stage}.safetensors`];
    if (!has.has(jsonFile) && !has.has(tensorFile)) continue;
    stages[stage] = {
      info: native ? undefined : await json(jsonFile, schemas.officialStage),
      nativeInfo: native ? await json(jsonFile, schemas.nativeStage) : undefined,
      tensors: (await tensors(tensorFile, allowed.stage(parameters)))?.tensors,
    };
    const number = stages[stage].info?.stage ?? stages[stage].nativeInfo?.stage ?? stage;
    if (number !== stage) throw corrupt(jsonFile, `says that it is stage ${number}`);
  }
  const datasets: ParityCase['datasets'] = {};
  for (const stage of [1, 2] as const) {
    const file = `dataset_stage${stage}.json`;
    const golden = await json(file, schemas.dataset);
    if (golden && golden.stage !== stage) throw corrupt(file, `says that it is stage ${golden.stage}`);
    datasets[stage] = golden;
  }
  checkChain(stages, native);
  const truncated = await tensors('truncated.safetensors', allowed.truncated);
  const forward = native ? undefined : await json('forward.json', schemas.officialForward);
  await json('crosscheck_official.json', schemas.crosscheck);

  return {
    name: basename(resolve(folder)),
    folder,
    ...checkpoint,
    config: ofRelease(checkpoint.config, forward?.versions?.ovis),
    pictures,
    pixels: (await tensors('images.safetensors', allowed.images(Object.keys(pictures))))?.tensors,
    forward,
    nativeForward: native ? await json('forward.json', schemas.nativeForward) : undefined,
    activations: (await tensors('forward.safetensors', allowed.forward))?.tensors,
    gradients: (await tensors('grads.safetensors', allowed.gradients(parameters)))?.tensors,
    generate: await json('generate.json', schemas.generate),
    generateAfterStage3: await json('generate_after_stage3.json', schemas.generateAfterStage3),
    tokenize: (await tensors('tokenize.safetensors', allowed.tokenize))?.tensors,
    truncated: truncated && {
      tensors: truncated.tensors,
      maxLength: truncatedLength(truncated.metadata),
    },
    stages,
    datasets,
    trainData: await json('train_data.json', schemas.trainData),
    nativeProcessor: await json('processor.json', schemas.nativeProcessor),
  };
}

/** 1.6 and 2.0 write the same config.json unless the tower is AIMv2, and lay out batches otherwise: the case says which one it is of. */
function ofRelease(config: OvisConfig, ovis: string | undefined): OvisConfig {
  return config.generation === '1.6' && /^v2\b/.test(ovis ?? '') ? { ...config, generation: '2.0' } : config;
}

/** Official stages run one after the other: what a stage starts from is what the one before ended with. @throws ParityError INCOMPLETE */
function checkChain(stages: ParityCase['stages'], native: boolean): void {
  if (native) return;
  const last = Math.max(0, ...Object.keys(stages).map(Number));
  const missing = ([1, 2, 3] as const).find((stage) => stage < last && !stages[stage]?.tensors);
  if (missing === undefined) return;
  throw new ParityError(
    'INCOMPLETE',
    `the case has stage${last} and no stage${missing}.safetensors`,
    'Each stage starts from the weights that the one before ended with: add the file, or take the later stages out.',
  );
}

/** All files of the case. @throws ParityError NO_CASE, UNKNOWN */
async function caseFiles(folder: string): Promise<string[]> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const files = isFolder ? await listFiles(folder) : [];
  if (!files.includes('checkpoint/config.json')) {
    throw new ParityError(
      'NO_CASE',
      isFolder ? `${folder} has no checkpoint/config.json` : `${folder} is no folder`,
      'Give the folder of one model case: it has checkpoint/, forward.json, forward.safetensors and so on.',
    );
  }
  const unknown = files.filter(
    (file) =>
      !CHECKPOINT_FILES.test(file) &&
      !PICTURE_FILES.test(file) &&
      !STAGE_FILES.test(file) &&
      !OTHER_FILES.has(file),
  );
  if (unknown.length > 0) {
    throw new ParityError(
      'UNKNOWN',
      `${folder}: unknown ${unknown.length === 1 ? 'file' : 'files'} ${unknown.join(', ')}`,
      'Nothing would be compared with it: take it out, or teach libs/parity what it means.',
    );
  }
  return files;
}

/** The length that `truncated.safetensors` was cut at: in its metadata. */
function truncatedLength(metadata: Record<string, string>): number {
  const unknown = Object.keys(metadata).filter((key) => key !== 'multimodal_max_length' && key !== 'format');
  if (unknown.length > 0) {
    throw new ParityError(
      'UNKNOWN',
      `truncated.safetensors: unknown metadata ${unknown.join(', ')}`,
      'Only multimodal_max_length is known.',
    );
  }
  const length = Number(metadata['multimodal_max_length']);
  if (!Number.isInteger(length) || length < 1) {
    throw corrupt('truncated.safetensors', 'its metadata has no multimodal_max_length');
  }
  return length;
}
