/** Copies chunks into several arrays, one behind the other. */
export class Scatter {
  readonly #targets: readonly Uint8Array[];
  #index = 0;
  #at = 0;
  /** Bytes copied so far. */
  filled = 0;

  constructor(targets: readonly Uint8Array[]) {
    this.#targets = targets;
  }

  /** What does not fit any more is left out. */
  add(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const target = this.#targets[this.#index];
      if (target === undefined) return;
      const taken = Math.min(target.length - this.#at, chunk.length - from);
      target.set(taken === chunk.length ? chunk : chunk.subarray(from, from + taken), this.#at);
      from += taken;
      this.#at += taken;
      this.filled += taken;
      if (this.#at === target.length) {
        this.#index++;
        this.#at = 0;
      }
    }
  }
}

export function totalLength(targets: readonly Uint8Array[]): number {
  return targets.reduce((sum, target) => sum + target.length, 0);
}
