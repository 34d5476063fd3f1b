import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkParams, parseOvisConfig } from '@ovis/model';
import { TextTokenizer } from '@ovis/text';
import { readJson, readTensors } from './files.ts';
import type { ParityCase } from './parity-case.ts';

const FOLDER = 'checkpoint';

type Checkpoint = Pick<ParityCase, 'config' | 'weights' | 'tokenizer' | 'preprocessor' | 'chatTemplate'>;

/**
 * Reads `checkpoint/`, a model in Hugging Face layout.
 * @throws ParityError CORRUPT; ModelConfigError; ParameterError listing weights that are missing, unknown or mis-shaped
 */
export async function readCheckpoint(folder: string, has: ReadonlySet<string>): Promise<Checkpoint> {
  const file = (name: string) => `${FOLDER}/${name}`;
  const optional = async (name: string) =>
    has.has(file(name)) ? await readJson(folder, file(name)) : undefined;
  const config = parseOvisConfig(await readJson(folder, file('config.json')));
  const { tensors: weights } = await readTensors(folder, file('model.safetensors'));
  checkParams(config, weights);
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
