import { hasSharedMemory, SharedMemory } from './shared-memory.ts';
import type { Numbers } from '../kernels/reduce.ts';

/** What a rank tells the others of its shared memory. */
export interface ArenaOffer {
  /** Empty: this rank has none. */
  name: string;
  inPlace: number;
  staging: number;
}

/** Buffers begin at whole cache lines. */
const ALIGNMENT = 64;

/**
 * The memory that the ranks of one machine have in common: each rank's own piece, and those of the others. A piece has a part that buffers are
 * made in (`inPlace`), and behind it room for copies of buffers that lie elsewhere (`staging`).
 */
export class SharedArena {
  readonly offer: ArenaOffer;
  readonly #own: SharedMemory;
  readonly #peers: (SharedMemory | undefined)[] = [];
  #allocated = 0;

  private constructor(offer: ArenaOffer, own: SharedMemory) {
    this.offer = offer;
    this.#own = own;
  }

  /** This rank's piece; undefined when the machine has none or no room for those of all ranks. */
  static create(sizes: { inPlace: number; staging: number }, world: number): SharedArena | undefined {
    const [inPlace, staging] = [sizes.inPlace, sizes.staging].map(aligned) as [number, number];
    const bytes = inPlace + staging;
    if (bytes === 0 || !hasSharedMemory(bytes * world)) return undefined;
    const name = `ovis-${process.pid}-${Math.random().toString(36).slice(2)}`;
    try {
      return new SharedArena({ name, inPlace, staging }, SharedMemory.create(name, bytes));
    } catch {
      // Without a C library that has these calls, or without room after all: sockets do.
      return undefined;
    }
  }

  /** Opens the others' pieces. @returns whether all of them are there and alike */
  open(offers: readonly ArenaOffer[], rank: number): boolean {
    const { inPlace, staging } = this.offer;
    try {
      for (const [peer, offer] of offers.entries()) {
        if (offer.name === '' || offer.inPlace !== inPlace || offer.staging !== staging) return false;
        this.#peers[peer] = peer === rank ? this.#own : SharedMemory.open(offer.name, inPlace + staging);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Everybody who should has opened it. */
  hide(): void {
    SharedMemory.unlink(this.offer.name);
  }

  /** Room for a new buffer of `bytes`. @returns its place in {@link memory}; undefined when there is no room */
  reserve(bytes: number): number | undefined {
    const at = this.#allocated;
    if (at + bytes > this.offer.inPlace) return undefined;
    this.#allocated = aligned(at + bytes);
    return at;
  }

  get memory(): ArrayBuffer {
    return this.#own.buffer;
  }

  /** Where a buffer lies in this rank's piece; undefined when it does not. */
  placeOf(buffer: Numbers): number | undefined {
    return buffer.buffer === this.#own.buffer ? buffer.byteOffset : undefined;
  }

  /** A rank's memory. */
  memoryOf(rank: number): ArrayBuffer {
    return (this.#peers[rank] as SharedMemory).buffer;
  }

  /** Where copies of buffers that lie elsewhere go. */
  get stagingPlace(): number {
    return this.offer.inPlace;
  }

  close(): void {
    for (const memory of this.#peers) if (memory !== this.#own) memory?.close();
    // Buffers that were handed out may still be looked at.
    if (this.#allocated === 0) this.#own.close();
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
