import type { Numbers } from '../kernels/reduce.ts';

/** How much is kept between collectives: fresh memory is slow. */
const KEPT_BYTES = 256 * 1024 * 1024;

/**
 * Memory for what is on its way through a rank. It is kept between collectives, and each collective that is under way has its own.
 */
export class ScratchPool {
  #free: ArrayBuffer[] = [];
  #bytes = 0;

  /** Scratch of one collective. */
  open(): Scratch {
    return new Scratch(this);
  }

  take(bytes: number): ArrayBuffer {
    const fits = this.#free
      .filter(({ byteLength }) => byteLength >= bytes && byteLength <= 4 * bytes + 65_536)
      .sort((a, b) => a.byteLength - b.byteLength)[0];
    if (!fits) return new ArrayBuffer(bytes);
    this.#free.splice(this.#free.indexOf(fits), 1);
    this.#bytes -= fits.byteLength;
    return fits;
  }

  give(buffer: ArrayBuffer): void {
    if (this.#bytes + buffer.byteLength > KEPT_BYTES) return;
    this.#bytes += buffer.byteLength;
    this.#free.push(buffer);
  }

  clear(): void {
    this.#free = [];
    this.#bytes = 0;
  }
}

export class Scratch {
  readonly #pool: ScratchPool;
  #taken: ArrayBuffer[] = [];

  constructor(pool: ScratchPool) {
    this.#pool = pool;
  }

  /** Memory for as many numbers of the same kind as `like` has. */
  take(like: Numbers): Numbers {
    const buffer = this.bytes(like.byteLength).buffer as ArrayBuffer;
    if (like instanceof Float32Array) return new Float32Array(buffer, 0, like.length);
    if (like instanceof Int32Array) return new Int32Array(buffer, 0, like.length);
    return new Uint16Array(buffer, 0, like.length);
  }

  bytes(byteLength: number): Uint8Array {
    const buffer = this.#pool.take(byteLength);
    this.#taken.push(buffer);
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** The collective has ended: nothing of it is on its way any more. */
  close(): void {
    for (const buffer of this.#taken) this.#pool.give(buffer);
    this.#taken = [];
  }
}
