import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, toFloat32, type HostTensor } from '@ovis/checkpoint';
import { decodeImage, type DecodedImage } from '@ovis/webdataset';
import type { z } from 'zod';
import { corrupt, messageOf, ParityError } from '../errors.ts';

/** A tensor of a case as numbers: float32 for floats, integers as they are. */
export interface CaseTensor {
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}
export type CaseTensors = Record<string, CaseTensor>;

/** Paths of all files below `folder`, with `/`, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

function relative(folder: string, path: string): string {
  return path.slice(join(folder, '/').length).split(/[\\/]/).join('/');
}

/** Parses a JSON file. @throws ParityError CORRUPT */
export async function readJson(folder: string, file: string): Promise<unknown> {
  const text = await readFile(join(folder, file), 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(file, `is not JSON (${messageOf(cause)})`, cause);
  }
}

/** Parses a JSON file and holds it against its schema. @throws ParityError UNKNOWN (fields it does not have), CORRUPT */
export async function readChecked<S extends z.ZodType>(
  folder: string,
  file: string,
  schema: S,
): Promise<z.infer<S>> {
  const result = schema.safeParse(await readJson(folder, file));
  if (result.success) return result.data;
  const { issues } = result.error;
  const at = (path: readonly PropertyKey[]) => (path.length === 0 ? '' : `${path.join('.')}: `);
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${at(issue.path)}unknown field '${key}'`)
      : [],
  );
  if (unknown.length > 0) {
    throw new ParityError(
      'UNKNOWN',
      `${file}: ${unknown.join('; ')}`,
      'Only fields that are compared or known are allowed: take it out, or teach libs/parity what it means.',
    );
  }
  const wrong = issues.slice(0, 5).map((issue) => `${at(issue.path)}${issue.message}`);
  throw corrupt(file, wrong.join('; '));
}

/** Tensors of a safetensors file and its metadata. @throws ParityError CORRUPT */
export async function readTensors(
  folder: string,
  file: string,
): Promise<{ tensors: CaseTensors; metadata: Record<string, string> }> {
  const bytes = await readFile(join(folder, file));
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    return {
      tensors: Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toNumbers(tensor)])),
      metadata,
    };
  } catch (cause) {
    throw corrupt(file, messageOf(cause), cause);
  }
}

function toNumbers(tensor: HostTensor): CaseTensor {
  const { shape, data } = tensor;
  switch (tensor.dtype) {
    case 'I32':
      return { shape, data: data as Int32Array };
    case 'U8':
    case 'BOOL':
      return { shape, data: data as Uint8Array };
    case 'I64':
      return { shape, data: Int32Array.from(data as BigInt64Array, Number) };
    default:
      return { shape, data: toFloat32(tensor) };
  }
}

/** @throws ParityError CORRUPT */
export async function readPicture(folder: string, file: string): Promise<DecodedImage> {
  try {
    return await decodeImage(await readFile(join(folder, file)), file);
  } catch (cause) {
    throw corrupt(file, messageOf(cause), cause);
  }
}
