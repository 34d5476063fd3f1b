import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { EngineError } from '../errors.ts';

/** Bytes that this process may still use, and the most it may ever have. */
export interface MachineMemory {
  available: number;
  limit: number;
}

/** What the machine, or the limit of a container or slice around it (cgroup v2, v1), leaves. Page cache that can be dropped counts as free. */
export function machineMemory(): MachineMemory {
  const memory = {
    available: Number(/^MemAvailable: +(\d+) kB/m.exec(text('/proc/meminfo'))?.[1] ?? 0) * 1024 || freemem(),
    limit: totalmem(),
  };
  for (const folder of groupFolders()) {
    const limit = Number.parseInt(text(`${folder}memory.max`) || text(`${folder}memory.limit_in_bytes`));
    if (!(limit < totalmem())) continue;
    const used = Number.parseInt(text(`${folder}memory.current`) || text(`${folder}memory.usage_in_bytes`));
    const cache = /^(?:total_)?inactive_file (\d+)/m.exec(text(`${folder}memory.stat`));
    const left = Math.max(0, limit - used + Number(cache?.[1] ?? 0));
    memory.available = Math.min(memory.available, left);
    memory.limit = Math.min(memory.limit, limit);
  }
  return memory;
}

/** Linux. */
export function freeSwap(): number {
  return Number(/^SwapFree: +(\d+) kB/m.exec(text('/proc/meminfo'))?.[1] ?? 0) * 1024;
}

/** The process's control groups of memory, from its own to the root. A container sees its own as the root. */
function groupFolders(): string[] {
  return [...text('/proc/self/cgroup').matchAll(/^\d+:([^:]*):(.*)$/gm)].flatMap(([, controllers, path]) => {
    const v1 = controllers!.split(',').includes('memory');
    if (!v1 && controllers !== '') return [];
    const parts = path!.split('/').filter(Boolean);
    const root = v1 ? '/sys/fs/cgroup/memory/' : '/sys/fs/cgroup/';
    return [...parts.keys(), parts.length].map(
      (n) =>
        root +
        parts
          .slice(0, n)
          .map((part) => `${part}/`)
          .join(''),
    );
  });
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** `1.5 GiB` */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${Number(bytes.toPrecision(3))} ${units[unit]}`;
}

const LOWER =
  'Lower the batch size, the sequence length or the model, use recompute or gradient accumulation, or dispose of tensors (memory() tells what there is).';

/**
 * @param what was asked for, such as `a float32 tensor [10, 10]`
 * @param bytes its size, where known
 */
export function outOfMemory(op: string, what: string, bytes: number | undefined, where = ''): EngineError {
  const { available, limit } = machineMemory();
  const size = bytes === undefined ? '' : ` (${formatBytes(bytes)})`;
  return new EngineError(
    'OUT_OF_MEMORY',
    `${op} asked for ${what}${size}${where}: ${formatBytes(available)} of ${formatBytes(limit)} are free.`,
    LOWER,
    op,
  );
}

const TYPE_BYTES: Record<string, number> = {
  ...{ bool: 1, uint8: 1, int8: 1, half: 2, bfloat16: 2, int16: 2, float: 4, int32: 4 },
  ...{ double: 8, int64: 8, complex64: 8 },
};

/** The error for TensorFlow's own message, `OOM when allocating tensor with shape[2,3] and type float on <device> ...`. */
export function outOfMemoryStatus(op: string, message: string): EngineError {
  const [, dims, type] = /shape\[([\d,]*)\] and type (\w+)/.exec(message) ?? [];
  if (dims === undefined || type === undefined) return outOfMemory(op, message, undefined);
  const bytes = dims.split(',').reduce((size, d) => size * Number(d || 1), TYPE_BYTES[type] ?? 4);
  const device = / on (\S+)/.exec(message)?.[1];
  const what = `a ${type} tensor [${dims.replaceAll(',', ', ')}]`;
  return outOfMemory(op, what, bytes, device ? ` on ${device}` : '');
}
