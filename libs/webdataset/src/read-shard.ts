import { openStorage, splitUrl } from '@ovis/storage';
import { SampleGrouper, type Sample } from './group-samples.ts';
import { ReadAhead } from './read-ahead.ts';
import { ShardCheck, type ShardIndex } from './shard-index.ts';
import { TarParser } from './tar-parser.ts';

export interface ShardReadOptions {
  env?: NodeJS.ProcessEnv;
  /** Byte and number of a sample to begin with. Default: the first. */
  start?: { offset: number; index: number };
  /** The shard's set: a shard read from its beginning is checked against it. */
  index?: Promise<ShardIndex | undefined>;
  /** Bytes to hold ready. Default 8 MiB. */
  readAheadBytes?: number;
}

const READ_AHEAD_BYTES = 8 * 2 ** 20;

/** A shard being read; the transfer starts at once, in the background. */
export interface ShardReader {
  /** Samples in groups of what one chunk of the transfer completed. */
  batches: AsyncGenerator<Sample[], void, undefined>;
  /** Ends the transfer. */
  stop(): void;
}

export function readShard(url: string, options: ShardReadOptions = {}): ShardReader {
  const start = options.start ?? { offset: 0, index: 0 };
  const bytes = new ReadAhead(async () => {
    const { base, key } = splitUrl(url);
    return openStorage(base, options.env).stream(key, { start: start.offset });
  }, options.readAheadBytes ?? READ_AHEAD_BYTES);
  return { batches: samplesOf(url, bytes, start, options.index), stop: () => bytes.stop() };
}

async function* samplesOf(
  shard: string,
  bytes: AsyncIterable<Uint8Array>,
  start: { offset: number; index: number },
  index: Promise<ShardIndex | undefined> | undefined,
): AsyncGenerator<Sample[], void, undefined> {
  const parser = new TarParser({ shard, start: start.offset });
  const grouper = new SampleGrouper({ shard, firstIndex: start.index });
  const name = shard.slice(shard.lastIndexOf('/') + 1);
  const record =
    start.offset > 0 ? undefined : (await index)?.shards.find((known) => known.name === decode(name));
  const check = record ? new ShardCheck() : undefined;
  for await (const chunk of bytes) {
    check?.update(chunk);
    const samples: Sample[] = [];
    for (const entry of parser.push(chunk)) {
      const sample = grouper.add(entry);
      if (sample) samples.push(sample);
    }
    if (samples.length > 0) yield samples;
  }
  parser.end();
  if (record) check?.verify(shard, record);
  const last = grouper.end();
  if (last) yield [last];
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
