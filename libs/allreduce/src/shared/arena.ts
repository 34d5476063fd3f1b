import { space } from '../kernels/space.ts';
import { hasSharedMemory, SharedMemory } from './shared-memory.ts';

/** What a rank tells the others of its shared memory. */
export interface ArenaOffer {
  /** Empty: this rank has none. */
  name: string;
  inPlace: number;
  staging: number;
}

/** Buffers begin at whole cache lines. */
const ALIGNMENT = 64;
const PAGE = 4_096;
/** Room to begin lanes in the middle of a page: see `apart` of kernels/space.ts. */
const SLACK = 2 * PAGE;
/** Copies of buffers that lie elsewhere go through this much memory, piece by piece, so that it stays in the cache. */
const MAX_STAGING = 8 * 1024 * 1024;
/** As many collectives may have copies on their way. */
const LANES = 2;

/** A part of the staging memory that one collective has. */
export interface Lane {
  /** Where it begins, from the beginning of a rank's memory. */
  at: number;
  bytes: number;
}

/**
 * The memory that the ranks of one machine have in common: each rank's own piece, and those of the others. A piece has a part that buffers are
 * made in (`inPlace`), and behind it room for copies of buffers that lie elsewhere (`staging`).
 */
export class SharedArena {
  readonly offer: ArenaOffer;
  readonly #own: SharedMemory;
  readonly #peers: SharedMemory[] = [];
  readonly #lanes: Lane[];
  #allocated = 0;

  private constructor(offer: ArenaOffer, own: SharedMemory) {
    this.offer = offer;
    this.#own = own;
    const bytes = this.laneBytes;
    const begin = Math.ceil(offer.inPlace / PAGE) * PAGE + PAGE / 2;
    this.#lanes = Array.from({ length: LANES }, (_, i) => ({ at: begin + i * bytes, bytes }));
  }

  /** This rank's piece; undefined when the machine has none or no room for those of all ranks. */
  static create(sizes: { inPlace: number; staging: number }, world: number): SharedArena | undefined {
    const inPlace = aligned(sizes.inPlace);
    const staging = aligned(Math.min(sizes.staging, MAX_STAGING));
    const bytes = bytesOf({ inPlace, staging });
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
        this.#peers.push(peer === rank ? this.#own : SharedMemory.open(offer.name, bytesOf(offer)));
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

  /** Room for a new buffer of `bytes`. @returns its place in the space; undefined when there is no room */
  reserve(bytes: number): number | undefined {
    const at = this.#allocated;
    if (at + bytes > this.offer.inPlace) return undefined;
    this.#allocated = aligned(at + bytes);
    return this.#own.at + at;
  }

  /** Where a buffer lies, from the beginning of this rank's piece; undefined when it does not. */
  placeOf(buffer: ArrayBufferView): number | undefined {
    const at = buffer.byteOffset - this.#own.at;
    const inside =
      buffer.buffer === space().buffer && at >= 0 && at + buffer.byteLength <= this.offer.inPlace;
    return inside ? at : undefined;
  }

  /** Where a rank's piece begins in this process's space. */
  beginOf(rank: number): number {
    return (this.#peers[rank] as SharedMemory).at;
  }

  /** Whether buffers that lie elsewhere can be copied in. */
  get stages(): boolean {
    return this.offer.staging >= LANES * ALIGNMENT;
  }

  /** Bytes of a lane, on all ranks. */
  get laneBytes(): number {
    return Math.floor(this.offer.staging / LANES / ALIGNMENT) * ALIGNMENT;
  }

  takeLane(): Lane | undefined {
    return this.#lanes.pop();
  }

  giveLane(lane: Lane): void {
    this.#lanes.push(lane);
  }

  close(): void {
    for (const memory of this.#peers) memory.close();
    this.#own.close();
  }
}

function bytesOf({ inPlace, staging }: { inPlace: number; staging: number }): number {
  return inPlace + staging === 0 ? 0 : inPlace + staging + SLACK;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
