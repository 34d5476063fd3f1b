/** Two neighbouring symbols, how often they occur, and the words they occur in. */
export interface Pair {
  a: number;
  b: number;
  count: number;
  words: Set<number>;
}

interface Entry {
  pair: Pair;
  /** Count when the entry was queued; the pair's own may have changed since. */
  count: number;
}

/** More frequent first; among equals the smaller ids, so that training is deterministic. */
function before(x: Entry, y: Entry): boolean {
  if (x.count !== y.count) return x.count > y.count;
  return x.pair.a !== y.pair.a ? x.pair.a < y.pair.a : x.pair.b < y.pair.b;
}

/** Binary heap of pairs. Counts change outside: an entry that no longer tells the truth is queued again when it surfaces. */
export class MergeHeap {
  readonly #entries: Entry[] = [];

  push(pair: Pair): void {
    const entries = this.#entries;
    const entry = { pair, count: pair.count };
    let i = entries.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, entries[parent]!)) break;
      entries[i] = entries[parent]!;
      i = parent;
    }
    entries[i] = entry;
  }

  /** The most frequent pair, by its count of now. */
  pop(): Pair | undefined {
    for (;;) {
      const top = this.#entries[0];
      if (!top) return undefined;
      this.#removeTop();
      if (top.count === top.pair.count) return top.pair;
      if (top.pair.count > 0) this.push(top.pair);
    }
  }

  #removeTop(): void {
    const entries = this.#entries;
    const last = entries.pop()!;
    if (entries.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child++;
      if (!before(entries[child]!, last)) break;
      entries[i] = entries[child]!;
      i = child;
    }
    entries[i] = last;
  }
}
