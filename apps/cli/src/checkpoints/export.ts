import { exportParts, openCheckpoint, type ModelPart } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { bytes, table } from '../format.ts';
import { findCheckpoints, latestOf } from './find-checkpoints.ts';

export const PARTS: ModelPart[] = ['vte', 'visual_head', 'vit', 'llm'];

export interface ExportChoice {
  id?: string;
  part?: ModelPart[];
  format: 'safetensors' | 'hf';
  json: boolean;
}

/** `ovis checkpoints export`: parts of a checkpoint as files of their own. */
export async function exportCheckpoint(
  context: CliContext,
  name: string,
  target: string,
  o: ExportChoice,
): Promise<void> {
  const found = await findCheckpoints(context, name);
  const id = o.id ?? found.id ?? (await latestOf(found));
  const url = (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? target : pathToFileURL(resolve(context.cwd, target)).href
  ).replace(/\/+$/, '');
  const storage = openStorage(url, found.env);
  for await (const { key } of storage.list('')) {
    throw new CliError(
      'TARGET_EXISTS',
      `${url} is not empty (${key})`,
      'choose a new folder; nothing is ever overwritten',
    );
  }
  let files: { name: string; bytes: number }[];
  if (o.format === 'hf' && o.part === undefined) {
    // The whole model; loads TensorFlow, which the other forms do without.
    const { planConversion } = await import('@ovis/pretrained');
    const plan = await planConversion(`${found.url}/${id}`, url, { to: 'official', env: found.env });
    for (const warning of plan.warnings) context.err(`warning: ${warning}`);
    await plan.write();
    files = plan.files;
  } else {
    const parts = o.part ?? PARTS;
    const checkpoint = await openCheckpoint(found.storage, '', id, parts);
    files = await exportParts(checkpoint, storage, '', { parts, format: o.format });
  }
  if (o.json) {
    context.out(JSON.stringify({ checkpoint: `${found.url}/${id}`, target: url, files }, null, 2));
    return;
  }
  context.out(`checkpoint  ${found.url}/${id}`);
  table(files.map((file) => [`  ${file.name}`, bytes(file.bytes)])).forEach(context.out);
  context.out(`written     ${url}`);
}
