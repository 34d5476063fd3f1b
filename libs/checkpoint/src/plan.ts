import { DTYPES, elementCount, type Dtype } from './host-tensors.ts';
import type { CheckpointPart } from './parts.ts';
import { layOut } from './safetensors-header.ts';

/** A tensor of the state of a gang, as all its ranks describe it alike. */
export interface StateTensor {
  name: string;
  part: CheckpointPart;
  dtype: Dtype;
  shape: number[];
  /** Whether it changes. What does not is written once, and later checkpoints refer to it. */
  trained: boolean;
  /** Elements `begin` to `end` of the tensor, in its flat order; the other pieces have entries of their own. Default: all of it. */
  range?: { begin: number; end: number };
  /** The rank that has it. Default: every rank does, and any may write it. */
  owner?: number;
}

/** One file of a checkpoint: which tensors, in which order, and who writes it. */
export interface PlannedFile {
  name: string;
  part: CheckpointPart;
  rank: number;
  trained: boolean;
  tensors: StateTensor[];
  /** Where each tensor's bytes begin in the file. */
  offsets: number[];
  header: Uint8Array;
  bytes: number;
}

export interface PlanOptions {
  world: number;
  /** Larger shares of a part are written as several files. Default 1 GiB. */
  maxFileBytes?: number;
  /** A part with less than this is not dealt out: one rank writes it. Default 8 MiB. */
  dealFromBytes?: number;
}

export const MAX_FILE_BYTES = 2 ** 30;
const DEAL_FROM_BYTES = 8 * 2 ** 20;
/** Metadata of a file: pieces of tensors by entry, as JSON. */
export const SLICES = 'slices';

export type Slices = Record<string, { name: string; shape: number[]; begin: number }>;

/**
 * Deals the tensors out to the ranks, so that each has about as many bytes to write, and to files: one per rank, part and kind (trained
 * or not). Every rank computes the same plan.
 */
export function planFiles(tensors: readonly StateTensor[], o: PlanOptions): PlannedFile[] {
  const loads = { trained: new Array<number>(o.world).fill(0), frozen: new Array<number>(o.world).fill(0) };
  const shares = new Map<string, StateTensor[]>();
  const units = unitsOf(tensors, o.dealFromBytes ?? DEAL_FROM_BYTES).sort(
    (a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1),
  );
  for (const unit of units) {
    const load = loads[unit.trained ? 'trained' : 'frozen'];
    const rank = unit.owner ?? load.indexOf(Math.min(...load));
    load[rank] = (load[rank] ?? 0) + unit.bytes;
    const key = [unit.part, unit.trained ? 0 : 1, String(rank).padStart(6, '0')].join('/');
    shares.set(key, [...(shares.get(key) ?? []), ...unit.tensors]);
  }
  const files = [...shares.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, share]) => {
      const rank = Number(key.slice(key.lastIndexOf('/') + 1));
      return bySize(share, o.maxFileBytes ?? MAX_FILE_BYTES).map((group) => planFile(group, rank));
    });
  return named(files);
}

export function stateBytes({ dtype, shape, range }: StateTensor): number {
  const count = range ? range.end - range.begin : elementCount(shape);
  return count * DTYPES[dtype].bytes;
}

interface Unit {
  key: string;
  part: CheckpointPart;
  trained: boolean;
  owner?: number;
  tensors: StateTensor[];
  bytes: number;
}

/** What goes to one rank together: a tensor, or all of a small part. */
function unitsOf(tensors: readonly StateTensor[], dealFromBytes: number): Unit[] {
  const groups = new Map<string, StateTensor[]>();
  for (const tensor of tensors) {
    const key = [tensor.part, tensor.trained, tensor.owner ?? 'any'].join('/');
    groups.set(key, [...(groups.get(key) ?? []), tensor]);
  }
  return [...groups].flatMap(([key, group]) => {
    const { part, trained, owner } = group[0]!;
    const unit = (own: StateTensor[], name: string): Unit => ({
      key: name,
      part,
      trained,
      owner,
      tensors: own,
      bytes: own.reduce((sum, tensor) => sum + stateBytes(tensor), 0),
    });
    const whole = unit(group, key);
    return whole.bytes <= dealFromBytes
      ? [whole]
      : group.map((one) => unit([one], `${key}/${entryName(one)}`));
  });
}

/** The name in the file: a piece has its first element in it, so that pieces of one tensor may lie in one file. */
function entryName({ name, range }: StateTensor): string {
  return range ? `${name}#${range.begin}` : name;
}

function bySize(tensors: StateTensor[], maxBytes: number): StateTensor[][] {
  const sorted = [...tensors].sort((a, b) => (entryName(a) < entryName(b) ? -1 : 1));
  const groups: StateTensor[][] = [];
  let size = Infinity;
  for (const tensor of sorted) {
    const bytes = stateBytes(tensor);
    if (size + bytes > maxBytes) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(tensor);
    size += bytes;
  }
  return groups;
}

function planFile(group: StateTensor[], rank: number): PlannedFile {
  const byEntry = new Map(group.map((tensor) => [entryName(tensor), tensor]));
  const slices: Slices = {};
  const entries: Record<string, { dtype: Dtype; shape: number[] }> = {};
  for (const [entry, { name, dtype, shape, range }] of byEntry) {
    entries[entry] = { dtype, shape: range ? [range.end - range.begin] : shape };
    if (range) slices[entry] = { name, shape, begin: range.begin };
  }
  const metadata: Record<string, string> =
    Object.keys(slices).length > 0 ? { [SLICES]: JSON.stringify(slices) } : {};
  const { names, header, fileBytes } = layOut(entries, { format: 'pt', ...metadata });
  const tensors = names.map((entry) => byEntry.get(entry)!);
  let at = header.length;
  const offsets = tensors.map((tensor) => {
    const begin = at;
    at += stateBytes(tensor);
    return begin;
  });
  const { part, trained } = group[0]!;
  return { name: '', part, rank, trained, tensors, offsets, header, bytes: fileBytes };
}

/** `llm.safetensors`, or `llm-00001-of-00002.safetensors`; `llm-frozen...` for what the stage leaves alone in a part that it trains. */
function named(files: PlannedFile[]): PlannedFile[] {
  const trainedParts = new Set(files.filter(({ trained }) => trained).map(({ part }) => part));
  const stemOf = ({ part, trained }: PlannedFile): string =>
    trained || !trainedParts.has(part) ? part : `${part}-frozen`;
  const counts = new Map<string, number>();
  for (const file of files) counts.set(stemOf(file), (counts.get(stemOf(file)) ?? 0) + 1);
  const used = new Map<string, number>();
  return files.map((file) => {
    const stem = stemOf(file);
    const index = (used.get(stem) ?? 0) + 1;
    used.set(stem, index);
    return { ...file, name: fileName(stem, index, counts.get(stem)!) };
  });
}

export function fileName(stem: string, index: number, count: number): string {
  if (count === 1) return `${stem}.safetensors`;
  const digits = (n: number): string => String(n).padStart(5, '0');
  return `${stem}-${digits(index)}-of-${digits(count)}.safetensors`;
}
