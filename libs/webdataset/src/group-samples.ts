import { DatasetError } from './errors.ts';

/** The files of a shard that belong together. */
export interface Sample {
  /** Folder and name up to the first dot. */
  key: string;
  /** URL of its shard. */
  shard: string;
  /** By extension: all that follows the first dot of the name, in lower case, e.g. `png`, `json`, `seg.png`. */
  files: Record<string, Uint8Array>;
  /** Number of the sample in its shard. */
  index: number;
  /** Byte of the shard at which it begins. */
  offset: number;
}

export interface GroupOptions {
  shard: string;
  /** Number of the first sample, when reading begins inside a shard. */
  firstIndex?: number;
}

/** WebDataset's rule: `(folders/ name-without-dot) . (extension)`. */
const NAME = /^((?:.*\/|)[^.]+)[.]([^/]*)$/;

/** Key and extension of a file name; undefined for names that are no part of a sample. */
export function splitName(name: string): { key: string; extension: string } | undefined {
  if (name.startsWith('__') && name.endsWith('__')) return undefined;
  const match = NAME.exec(name);
  return match ? { key: match[1] ?? '', extension: (match[2] ?? '').toLowerCase() } : undefined;
}

/** Joins consecutive files of one key to samples, as WebDataset does. */
export class SampleGrouper {
  readonly #shard: string;
  #index: number;
  #open: Sample | undefined;

  constructor(options: GroupOptions) {
    this.#shard = options.shard;
    this.#index = options.firstIndex ?? 0;
  }

  /** Takes the next file; returns the sample before it when that is complete. */
  add(entry: { name: string; data: Uint8Array; offset?: number }): Sample | undefined {
    const parts = splitName(entry.name);
    if (parts === undefined) return undefined;
    let finished: Sample | undefined;
    if (this.#open?.key !== parts.key) {
      finished = this.#open;
      this.#open = {
        key: parts.key,
        shard: this.#shard,
        files: Object.create(null) as Record<string, Uint8Array>,
        index: this.#index++,
        offset: entry.offset ?? 0,
      };
    }
    if (parts.extension in this.#open.files) {
      throw new DatasetError(
        'BAD_SAMPLE',
        `shard ${this.#shard}: sample '${parts.key}' has two files '.${parts.extension}' (byte ${entry.offset ?? 0})`,
        'give every sample a key of its own, and its files different extensions (case does not count)',
      );
    }
    this.#open.files[parts.extension] = entry.data;
    return finished;
  }

  /** The last sample. */
  end(): Sample | undefined {
    const last = this.#open;
    this.#open = undefined;
    return last;
  }
}

/** Samples of one shard's files; a sample never reaches into another shard. */
export async function* groupSamples(
  entries: AsyncIterable<{ name: string; data: Uint8Array; offset?: number }>,
  options: GroupOptions,
): AsyncGenerator<Sample, void, undefined> {
  const grouper = new SampleGrouper(options);
  for await (const entry of entries) {
    const sample = grouper.add(entry);
    if (sample) yield sample;
  }
  const last = grouper.end();
  if (last) yield last;
}
