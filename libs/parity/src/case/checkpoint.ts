import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStored, toFloat32 } from '@ovis/checkpoint';
import { openModel } from '@ovis/pretrained';
import { TextTokenizer } from '@ovis/text';
import { readJson, type CaseTensors } from './files.ts';
import type { ParityCase } from './parity-case.ts';

const FOLDER = 'checkpoint';

type Checkpoint = Pick<ParityCase, 'config' | 'weights' | 'tokenizer' | 'preprocessor' | 'chatTemplate'>;

/**
 * Reads `checkpoint/`, a model in Hugging Face layout.
 * @throws ParityError CORRUPT; ModelConfigError; ParameterError and PretrainedError listing weights that are missing, unknown or mis-shaped
 */
export async function readCheckpoint(folder: string, has: ReadonlySet<string>): Promise<Checkpoint> {
  const file = (name: string) => `${FOLDER}/${name}`;
  const optional = async (name: string) =>
    has.has(file(name)) ? await readJson(folder, file(name)) : undefined;
  const { config, tensors } = await openModel(join(folder, FOLDER));
  const weights: CaseTensors = {};
  for (const [name, stored] of Object.entries(tensors)) {
    const tensor = await readStored(stored);
    weights[name] = { shape: [...tensor.shape], data: toFloat32(tensor) };
  }
  const tokenizer = await optional('tokenizer.json');
  const template = file('chat_template.jinja');
  return {
    config,
    weights,
    tokenizer:
      tokenizer === undefined
        ? undefined
        : TextTokenizer.fromFiles(tokenizer, await optional('tokenizer_config.json')),
    preprocessor: ((await optional('preprocessor_config.json')) ?? {}) as Record<string, unknown>,
    chatTemplate: has.has(template) ? await readFile(join(folder, template), 'utf8') : undefined,
  };
}
