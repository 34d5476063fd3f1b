import type { HostTensors } from './host-tensors.ts';
import { storedBytes, type StoredTensor } from './stored-tensors.ts';

/** The separately stored parts of the model, by its official tensor names (spec 7.2). */
export type ModelPart = 'vte' | 'visual_head' | 'vit' | 'llm';

/** What a checkpoint stores: the model's parts and the optimizer. */
export type CheckpointPart = ModelPart | 'optimizer';

const PREFIXES: [string, ModelPart][] = [
  ['vte.', 'vte'],
  ['visual_tokenizer.head.', 'visual_head'],
  ['visual_tokenizer.backbone.', 'vit'],
  ['llm.', 'llm'],
];

/** The part a tensor belongs to; throws for names that are none of Ovis's. */
export function partOf(name: string): ModelPart {
  const found = PREFIXES.find(([prefix]) => name.startsWith(prefix));
  if (found) return found[1];
  const known = PREFIXES.map(([prefix]) => `${prefix}*`).join(', ');
  throw new TypeError(`tensor '${name}' belongs to no part of the model (${known})`);
}

/** Sorts a model's tensors into their parts; the data is shared. Every part is there, if empty. */
export function splitParts<T>(params: Record<string, T>): Record<ModelPart, Record<string, T>> {
  const parts: Record<ModelPart, Record<string, T>> = { vte: {}, visual_head: {}, vit: {}, llm: {} };
  for (const [name, tensor] of Object.entries(params)) parts[partOf(name)][name] = tensor;
  return parts;
}

/** All tensors of several parts in one record (optimizer left out); the inverse of splitParts. */
export function joinParts(parts: Partial<Record<string, HostTensors>>): HostTensors {
  const { optimizer: _, ...model } = parts;
  return Object.assign({}, ...Object.values(model)) as HostTensors;
}

/** Groups tensors so that no group has more than `maxBytes` of data, unless it is a single tensor. */
export function splitBySize<T extends Pick<StoredTensor, 'dtype' | 'shape'>>(
  tensors: Record<string, T>,
  maxBytes: number,
): Record<string, T>[] {
  const groups: Record<string, T>[] = [];
  let size = Infinity;
  for (const name of Object.keys(tensors).sort()) {
    const tensor = tensors[name]!;
    const bytes = storedBytes(tensor);
    if (size + bytes > maxBytes) {
      groups.push({});
      size = 0;
    }
    groups.at(-1)![name] = tensor;
    size += bytes;
  }
  return groups.length > 0 ? groups : [{}];
}

/** Copies of all data, so that training may go on while the copy is saved. */
export function copyTensors(tensors: HostTensors): HostTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
      const copy = data.slice() as typeof data;
      return [name, { dtype, shape: [...shape], data: copy }];
    }),
  );
}
