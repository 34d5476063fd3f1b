import type { HostTensor } from '../host-tensors.ts';

/** Name of the average in a checkpoint, beside the moments. */
export const WORD_USAGE = 'monitor.word_usage';

/** How much probability each visual word got: sums over tokens that fade with the tokens that follow. */
export class WordUsage {
  /** `[K]`, and behind it the tokens that they are sums over. */
  readonly #sums: Float32Array;

  /** @param stored what {@link tensor} gave; of another size it is left aside */
  constructor(words: number, stored?: { data: ArrayLike<number> }) {
    this.#sums = new Float32Array(words + 1);
    if (stored?.data.length === words + 1) this.#sums.set(stored.data);
  }

  /** Tokens that the average is over. */
  get tokens(): number {
    return this.#sums.at(-1)!;
  }

  /**
   * @param usage `[K]`, sum of the distributions of `tokens` tokens
   * @param window tokens after which a token counts 1/e
   */
  add(usage: Float32Array, tokens: number, window: number): void {
    const sums = this.#sums;
    const kept = Math.exp(-tokens / window);
    for (let word = 0; word < usage.length; word++) sums[word] = sums[word]! * kept + usage[word]!;
    sums[usage.length] = sums[usage.length]! * kept + tokens;
  }

  /** Share of the words whose share of the probability is below `below / K`. */
  dead(below: number): number {
    const words = this.#sums.length - 1;
    const bound = (below * this.tokens) / words;
    let dead = 0;
    for (let word = 0; word < words; word++) if (this.#sums[word]! < bound) dead++;
    return dead / words;
  }

  /** What a resume needs; a copy. */
  get tensor(): HostTensor {
    return { dtype: 'F32', shape: [this.#sums.length], data: this.#sums.slice() };
  }

  /** The same as it lies here, to be read. */
  get view(): Float32Array {
    return this.#sums;
  }
}
