import { SLOT_REGION, space } from './space.ts';

/** Room before the payload. */
const HEAD_BYTES = 48;
/** Bytes of one frame's payload at most. A multiple of 4. */
export const FRAME_BYTES = 512 * 1024;
/** Two frames of half that size fit, too. */
export const SLOT_BYTES = 2 * HEAD_BYTES + FRAME_BYTES;

const PAGE = 4_096;
/** Payloads begin half a page into their page: see `apart`. */
const LEAD = PAGE / 2 - HEAD_BYTES;
const STRIDE = Math.ceil((LEAD + SLOT_BYTES) / PAGE) * PAGE;
const MAX_SLOTS = Math.floor(SLOT_REGION.bytes / STRIDE);

/**
 * Memory for one frame, header and payload, where kernels can work: sockets read into it, what is reduced is reduced in it, and the same slot
 * goes out again where a rank passes something on. The slot last given back is the next taken: it is in the cache.
 */
export class Slot {
  /** All of it. */
  readonly memory: Buffer;
  /** Where it lies in the space. */
  readonly address: number;
  #users = 0;

  constructor(address: number) {
    this.address = address;
    this.memory = Buffer.from(space().buffer, address, SLOT_BYTES);
  }

  /** Whether more than one needs it. */
  get shared(): boolean {
    return this.#users > 1;
  }

  /** One more needs it. */
  retain(): this {
    this.#users += 1;
    return this;
  }

  /** One less; after the last it may be taken again. */
  release(): void {
    this.#users -= 1;
    if (this.#users === 0) free.push(this);
  }
}

const free: Slot[] = [];
let made = 0;

/** @throws RangeError when a thousand frames are on their way */
export function takeSlot(): Slot {
  const slot = free.pop();
  if (slot) return slot.retain();
  if (made === MAX_SLOTS) throw new RangeError(`all ${MAX_SLOTS} slots for frames are in use`);
  made += 1;
  return new Slot(SLOT_REGION.begin + LEAD + (made - 1) * STRIDE).retain();
}

/** Slots that somebody has: for tests. */
export function slotsTaken(): number {
  return made - free.length;
}
