/**
 * Tensor handles as C takes them: an array of pointers. It is kept between calls, in which most of them stay the same, so that
 * only what changed is written (a pointer in the array is a BigInt, dear to make).
 */
export class HandleList {
  readonly pointers: BigInt64Array;
  readonly #numbers: Float64Array;

  constructor(length: number) {
    this.pointers = new BigInt64Array(length);
    this.#numbers = new Float64Array(length);
  }

  get length(): number {
    return this.pointers.length;
  }

  set(index: number, handle: number): void {
    if (this.#numbers[index] === handle) return;
    this.#numbers[index] = handle;
    this.pointers[index] = BigInt(handle);
  }
}
