import { preferHugePages } from './huge-pages.ts';
import { kernelMemory, hasSimd, MAX_KERNEL_BYTES, type KernelMemory } from './wasm.ts';

/** Numbers that are worked on at once, while they are in the first cache. */
export const BLOCK = 8_192;
const BLOCK_BYTES = BLOCK * 4;
const PAGE = 4_096;
/** Of any processor's pages: what is mapped begins and ends at multiples of it. */
export const MAP_ALIGNMENT = 65_536;

/** Offsets of the work area: three blocks of 32-bit numbers, each with a page more so that it may begin anywhere in one; and one number. */
export const WORK = {
  a: 0,
  b: BLOCK_BYTES + PAGE,
  c: 2 * (BLOCK_BYTES + PAGE),
  hash: 3 * (BLOCK_BYTES + PAGE),
} as const;
const WORK_BYTES = 2 * MAP_ALIGNMENT;

/** Where the parts of the space begin. */
export const SLOT_REGION = { begin: WORK_BYTES, bytes: 512 * 1024 * 1024 } as const;
const HEAP_BEGIN = SLOT_REGION.begin + SLOT_REGION.bytes;

/** Sizes to try: as much as a WebAssembly memory may have, or what the process may reserve. */
const SIZES = hasSimd ? [MAX_KERNEL_BYTES, HEAP_BEGIN + 768 * 1024 * 1024, HEAP_BEGIN] : [HEAP_BEGIN];

/**
 * The process's memory that kernels work in: a work area, into which blocks of buffers that lie elsewhere are copied; slots for frames; and a
 * heap for buffers that are reduced where they are. It is address space: only what is used is there.
 */
export interface Space extends KernelMemory {
  bytes: Uint8Array;
  /** Heap. @returns undefined when there is no room */
  allocate(bytes: number, alignment?: number): number | undefined;
  free(at: number): void;
}

let made: Space | undefined;

export function space(): Space {
  made ??= makeSpace();
  return made;
}

/** Whether a buffer lies where kernels can work on it. */
export function inSpace(buffer: ArrayBufferView): boolean {
  return made !== undefined && buffer.buffer === made.buffer;
}

/**
 * How far into a page a copy of something at `byteOffset` should begin. Copies are ten times slower on some processors (seen on AMD's Zen 3)
 * when the target begins a few bytes further into its page than the source does into its own; and large buffers of JavaScript begin 16 bytes
 * into a page, WebAssembly's and mapped memory at its start. Half a page away is safe for both.
 */
export function apart(byteOffset: number): number {
  return ((byteOffset + PAGE / 2) % PAGE) & ~15;
}

function makeSpace(): Space {
  const memory = reserve();
  const bytes = new Uint8Array(memory.buffer);
  preferHugePages(bytes);
  const heap = new Heap(HEAP_BEGIN, memory.buffer.byteLength - HEAP_BEGIN);
  return {
    ...memory,
    bytes,
    allocate: (bytes, alignment = 64) => heap.allocate(bytes, alignment),
    free: (at) => heap.free(at),
  };
}

function reserve(): KernelMemory {
  for (const size of SIZES.slice(0, -1)) {
    try {
      return kernelMemory(size);
    } catch {
      // The process may not reserve as much (`ulimit -v`): less will do.
    }
  }
  return kernelMemory(SIZES.at(-1) as number);
}

/** First fit; pieces are few and large. */
class Heap {
  /** Free pieces by place, and what was handed out. */
  #free: { at: number; bytes: number }[];
  readonly #used = new Map<number, number>();

  constructor(at: number, bytes: number) {
    this.#free = bytes > 0 ? [{ at, bytes }] : [];
  }

  allocate(bytes: number, alignment: number): number | undefined {
    for (const [i, piece] of this.#free.entries()) {
      const at = Math.ceil(piece.at / alignment) * alignment;
      const size = Math.max(64, Math.ceil(bytes / 64) * 64);
      const end = piece.at + piece.bytes;
      if (at + size > end) continue;
      const rest = [
        { at: piece.at, bytes: at - piece.at },
        { at: at + size, bytes: end - at - size },
      ];
      this.#free.splice(i, 1, ...rest.filter((one) => one.bytes > 0));
      this.#used.set(at, size);
      return at;
    }
    return undefined;
  }

  free(at: number): void {
    const bytes = this.#used.get(at);
    if (bytes === undefined) return;
    this.#used.delete(at);
    const free = [...this.#free, { at, bytes }].sort((a, b) => a.at - b.at);
    this.#free = free.slice(0, 1);
    for (const piece of free.slice(1)) {
      const before = this.#free.at(-1) as { at: number; bytes: number };
      if (before.at + before.bytes === piece.at) before.bytes += piece.bytes;
      else this.#free.push(piece);
    }
  }
}
