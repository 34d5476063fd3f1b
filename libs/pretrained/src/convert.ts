import { checkpointId, saveCheckpoint, splitParts, storedBytes, type TrainState } from '@ovis/checkpoint';
import { parameterShapes, type OvisConfig } from '@ovis/model';
import { openStorage } from '@ovis/storage';
import { createHash } from 'node:crypto';
import { inDtype, type DtypeName } from './dtypes.ts';
import { PretrainedError } from './errors.ts';
import { jsonFile } from './model-files.ts';
import { modelUrl, openModel, type ModelFormat, type StoredModel } from './open-model.ts';
import { planFolder, stoppable, type SavedFile } from './save-pretrained.ts';
import { checkEmpty } from './target-folder.ts';

export interface ConvertOptions {
  to: ModelFormat;
  /** Default `keep`. */
  dtype?: DtypeName;
  maxShardBytes?: number;
  /** Of a checkpoint: the stage whose end it stands for. Default 2, so that training goes on with stage 3. */
  stage?: 1 | 2 | 3;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** What a conversion will do; nothing is written before `write` is called. */
export interface Conversion {
  source: { url: string; format: ModelFormat; config: OvisConfig };
  target: { url: string; format: ModelFormat };
  /** Weights, counted once each. */
  parameters: number;
  files: SavedFile[];
  /** What is not the same afterwards. */
  warnings: string[];
  write: () => Promise<void>;
}

/**
 * Plans to write the model of one place to another in another form: official, native `ovis2`, or one of our checkpoints (then
 * the target is a run's folder of checkpoints). Names and shapes of the source are checked, and that the target is free and can
 * say what the model is; weights are only read by `write`, in chunks.
 * @throws PretrainedError and the errors of openModel
 */
export async function planConversion(source: string, target: string, o: ConvertOptions): Promise<Conversion> {
  const model = await openModel(source, { env: o.env });
  const url = modelUrl(target);
  const shapes = Object.values(parameterShapes(model.config));
  const common = {
    source: { url: model.url, format: model.format, config: model.config },
    parameters: shapes.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0),
  };
  if (o.to === 'checkpoint') return { ...common, ...(await planCheckpoint(url, model, o)) };
  await checkEmpty(url, o.env);
  const { files, layout, write } = await planFolder(url, model, { ...o, format: o.to });
  return { ...common, target: { url, format: o.to }, files, warnings: layout.warnings, write };
}

/** A checkpoint that stands for the end of a stage: a run of that id goes on with the next one. */
async function planCheckpoint(
  url: string,
  model: StoredModel,
  o: ConvertOptions,
): Promise<Pick<Conversion, 'target' | 'files' | 'warnings' | 'write'>> {
  const storage = openStorage(url, o.env);
  const stage = o.stage ?? 2;
  const id = checkpointId(stage, 0);
  if (await storage.head(`${id}/manifest.json`)) {
    throw new PretrainedError(
      'TARGET_EXISTS',
      `${url} has the checkpoint ${id} already`,
      'choose the folder of another run; nothing is ever overwritten',
    );
  }
  const tensors = stoppable(inDtype(model.tensors, o.dtype ?? 'keep'), o.signal);
  const extraFiles = { ...model.files, 'config.json': jsonFile(model.configJson) };
  const state: TrainState = {
    stage,
    step: 0,
    totalSteps: 0,
    seed: 0,
    schedule: {},
    rng: {},
    cursors: [],
    world: 1,
    configHash: createHash('sha256').update(extraFiles['config.json']).digest('hex'),
    versions: { node: process.versions.node, converted: model.format },
  };
  const parts = splitParts(tensors);
  const files = [
    ...Object.entries(parts).map(([part, own]) => ({
      name: `${id}/${part}`,
      bytes: Object.values(own).reduce((sum, tensor) => sum + storedBytes(tensor), 0),
    })),
    ...Object.entries(extraFiles).map(([name, bytes]) => ({ name: `${id}/${name}`, bytes: bytes.length })),
  ];
  const write = async (): Promise<void> => {
    await saveCheckpoint(storage, '', { id, parts, state, extraFiles });
  };
  return { target: { url: `${url}/${id}`, format: 'checkpoint' }, files, warnings: [], write };
}
