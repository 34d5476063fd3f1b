import type { MemoryAccount } from '../backend/memory-account.ts';
import { freeSwap, machineMemory, outOfMemory } from './machine-memory.ts';

/** Less than this is asked for too often, and too little, to be looked at. */
const LARGE = 1 << 20;
/** What the process needs for all else, and what its code and threads grow by after the start. */
const AIR = 128 << 20;
const GROWTH = 128 << 20;

/**
 * Memory on the host. Linux promises what it does not have and kills the process that comes to take it: so what is large is asked for
 * here before it is taken from TensorFlow, and is an error where there is no room for it.
 */
export class Room {
  readonly #account: MemoryAccount;
  readonly #before = native();
  /** Bytes that may be asked for before the machine is looked at again. */
  #unchecked = 0;

  constructor(account: MemoryAccount) {
    this.#account = account;
  }

  /** What the system has, and what TensorFlow's pool has kept of freed tensors. */
  get bytes(): number {
    const { kinds } = this.#account.report();
    const held = kinds.variables.bytes + kinds.tensors.bytes + kinds.constants.bytes;
    const kept = native() - this.#before - GROWTH - held;
    return Math.max(0, machineMemory().available + freeSwap() - AIR + Math.max(0, kept));
  }

  /** The next request looks at the machine. */
  lookAgain(): void {
    this.#unchecked = 0;
  }

  /**
   * @param reserve what must be left behind them
   * @throws EngineError OUT_OF_MEMORY when `bytes` are more than there are
   */
  require(op: string, bytes: number, what: () => string, reserve = 0): void {
    // Other systems make room when it is wanted, and do not tell how much that is.
    if (bytes < LARGE || process.platform !== 'linux') return;
    this.#unchecked -= bytes;
    if (this.#unchecked >= 0) return;
    const { bytes: room } = this;
    if (bytes + reserve > room) throw outOfMemory(op, what(), bytes);
    this.#unchecked = (room - bytes) / 8;
  }
}

/** Resident memory without JavaScript's. */
function native(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}
