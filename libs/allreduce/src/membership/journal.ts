import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What a coordinator must not forget: the latest generation of each group. */
export interface JournalEntry {
  groupId: string;
  generation: number;
  minWorld: number;
  maxWorld: number;
  members: { memberId: string; address: string }[];
}

/**
 * Generations in a file, one JSON object per line, the last of a group counts. An entry is on disk before any member hears of its generation,
 * so that a coordinator that starts again never gives the same number twice.
 */
export class Journal {
  readonly #file: string | undefined;
  readonly entries = new Map<string, JournalEntry>();

  /** @param file undefined: nothing is kept */
  constructor(file: string | undefined) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      try {
        const entry = JSON.parse(line) as JournalEntry;
        this.entries.set(entry.groupId, entry);
      } catch {
        // The last line of a coordinator that died while it wrote it: nobody heard of that generation.
      }
    }
    this.#rewrite(file);
  }

  append(entry: JournalEntry): void {
    this.entries.set(entry.groupId, entry);
    if (this.#file !== undefined) write(this.#file, 'a', [entry]);
  }

  /** Without what is out of date. */
  #rewrite(file: string): void {
    write(`${file}.new`, 'w', [...this.entries.values()]);
    renameSync(`${file}.new`, file);
  }
}

function write(file: string, flags: string, entries: readonly JournalEntry[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(file, flags);
  try {
    writeSync(fd, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
