export interface ChunkedLogOptions {
  /** Writes one chunk. @param firstMs when its first line was written, ms since the epoch */
  put: (firstMs: number, text: string) => Promise<void>;
  /** Longest time from a line to its chunk. Default 2,000. */
  everyMs?: number;
  /** Bytes of a chunk that is written at once. Default 256 KiB. */
  chunkBytes?: number;
  /** Bytes that are kept while nothing can be written; then the oldest lines go. Default 4 MiB. */
  keptBytes?: number;
  /** Told when a chunk could not be written, once until one could again. */
  onProblem?: (error: unknown) => void;
}

interface Line {
  atMs: number;
  text: string;
}

/** Lines that are written in chunks, for storages whose objects cannot grow. Never throws: a log is no reason to fail. */
export class ChunkedLog {
  readonly #o: Required<Omit<ChunkedLogOptions, 'onProblem'>> & Pick<ChunkedLogOptions, 'onProblem'>;
  #lines: Line[] = [];
  #bytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #lastMs = 0;
  #failing = false;

  constructor(o: ChunkedLogOptions) {
    this.#o = { everyMs: 2_000, chunkBytes: 256 << 10, keptBytes: 4 << 20, ...o };
  }

  add(line: string): void {
    const text = line.endsWith('\n') ? line : `${line}\n`;
    this.#lines.push({ atMs: Date.now(), text });
    this.#bytes += text.length;
    while (this.#bytes > this.#o.keptBytes) this.#bytes -= this.#drop();
    if (this.#bytes >= this.#o.chunkBytes) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#o.everyMs).unref();
  }

  /** Writes what there is. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#writing = this.#writing.then(() => this.#write()));
  }

  async #write(): Promise<void> {
    const lines = this.#lines;
    if (lines.length === 0) return;
    const dropped = this.#dropped;
    [this.#lines, this.#bytes, this.#dropped] = [[], 0, 0];
    // Two chunks never have the same time: it is their name.
    const firstMs = Math.max(lines[0]?.atMs ?? 0, this.#lastMs + 1);
    const note =
      dropped === 0 ? '' : `${JSON.stringify({ level: 'warn', msg: `${dropped} lines were lost here` })}\n`;
    try {
      await this.#o.put(firstMs, note + lines.map(({ text }) => text).join(''));
      this.#lastMs = firstMs;
      this.#failing = false;
    } catch (error) {
      this.#lines = [...lines, ...this.#lines];
      this.#bytes = this.#lines.reduce((sum, { text }) => sum + text.length, 0);
      this.#dropped += dropped;
      if (!this.#failing) this.#o.onProblem?.(error);
      this.#failing = true;
      this.#timer ??= setTimeout(() => void this.flush(), 5 * this.#o.everyMs).unref();
    }
  }

  #drop(): number {
    this.#dropped++;
    return this.#lines.shift()?.text.length ?? this.#bytes;
  }
}
