import type { FrameHeader } from '../wire/frame.ts';
import type { Frame } from '../wire/frame-reader.ts';

/** A frame that came before this rank began its part of the collective; without a payload where it had none. */
export interface EarlyFrame {
  from: number;
  header: FrameHeader;
  frame?: Frame;
}

/** Keeps early frames, with their memory, by the collective they belong to. */
export class EarlyFrames {
  readonly #bySequence = new Map<number, EarlyFrame[]>();

  /** Keeps a frame; its memory stays taken until whoever takes it, or {@link drop}, releases it. */
  keep(entry: EarlyFrame): void {
    entry.frame?.slot?.retain();
    const { sequence } = entry.header;
    const kept = this.#bySequence.get(sequence);
    if (kept) kept.push(entry);
    else this.#bySequence.set(sequence, [entry]);
  }

  /** What is kept for a collective. */
  of(sequence: number): readonly EarlyFrame[] {
    return this.#bySequence.get(sequence) ?? [];
  }

  /** What is kept for a part of a collective, in the order in which it came; it is kept no longer. */
  take(sequence: number, part: number): EarlyFrame[] {
    const kept = this.#bySequence.get(sequence);
    if (!kept) return [];
    const others = kept.filter(({ header }) => header.part !== part);
    if (others.length > 0) this.#bySequence.set(sequence, others);
    else this.#bySequence.delete(sequence);
    return kept.filter(({ header }) => header.part === part);
  }

  /** Releases what is kept for a collective, or for all. */
  drop(sequence?: number): void {
    if (sequence === undefined) {
      for (const each of [...this.#bySequence.keys()]) this.drop(each);
      return;
    }
    for (const { frame } of this.of(sequence)) frame?.slot?.release();
    this.#bySequence.delete(sequence);
  }
}
