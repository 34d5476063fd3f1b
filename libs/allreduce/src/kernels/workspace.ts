import { kernelMemory, type KernelMemory } from './wasm.ts';

/** Numbers that are worked on at once, while they are in the first cache. */
export const BLOCK = 8_192;
const BLOCK_BYTES = BLOCK * 4;

/** One memory has room for this many slots behind its work area; it is made when the first is asked for. */
const SLOTS = 128;
export const SLOT_BYTES = 256 * 1024;

/** Offsets of the work area: three blocks of 32-bit numbers. */
export const WORK = { a: 0, b: BLOCK_BYTES, c: 2 * BLOCK_BYTES, bytes: 3 * BLOCK_BYTES } as const;

/**
 * A memory of the process that kernels work in: a work area, into which blocks of buffers that lie elsewhere are copied, and slots, into
 * which sockets read what is then reduced where it lies.
 */
export interface Workspace extends KernelMemory {
  bytes: Uint8Array;
}

interface Pool extends Workspace {
  free: number[];
}

const pools: Pool[] = [];

/** The process's first workspace; undefined without WebAssembly SIMD. */
export function workspace(): Workspace | undefined {
  return pools[0] ?? addPool();
}

/** The workspace that a piece of memory lies in. */
export function workspaceOf(memory: ArrayBufferView): Workspace | undefined {
  return pools.find((pool) => pool.buffer === memory.buffer);
}

/** Memory for the bytes of one frame, in a workspace where that is possible; given back with {@link freeSlot}. */
export function takeSlot(): Uint8Array {
  const pool = pools.find(({ free }) => free.length > 0) ?? addPool();
  if (!pool) return new Uint8Array(SLOT_BYTES);
  return new Uint8Array(pool.buffer, pool.free.pop() as number, SLOT_BYTES);
}

export function freeSlot(slot: Uint8Array): void {
  pools.find((pool) => pool.buffer === slot.buffer)?.free.push(slot.byteOffset);
}

function addPool(): Pool | undefined {
  const memory = kernelMemory(WORK.bytes + SLOTS * SLOT_BYTES);
  if (!memory) return undefined;
  const free = Array.from({ length: SLOTS }, (_, i) => WORK.bytes + (SLOTS - 1 - i) * SLOT_BYTES);
  const pool = { ...memory, bytes: new Uint8Array(memory.buffer), free };
  pools.push(pool);
  return pool;
}
