import { joinUrl, type ObjectStorage } from '@ovis/storage';
import { DatasetError } from './errors.ts';
import { splitName } from './group-samples.ts';
import { indexUrl, shardRecord, type ShardIndex, type ShardRecord } from './shard-index.ts';
import { TarWriter } from './tar-writer.ts';

export interface NewSample {
  /** No dot after the last slash: the first dot ends the key. */
  key: string;
  /** By extension. */
  files: Record<string, Uint8Array | string>;
}

export interface WriteShardsOptions {
  storage: ObjectStorage;
  /** What shard names begin with, e.g. `captions/train-` -> `captions/train-000000.tar`. */
  prefix: string;
  /** Samples go to one shard after the other, so many to each. */
  samplesPerShard?: number;
  /** Instead: so many shards, dealt out in turn (keeps the whole set in memory until it is written). */
  shards?: number;
}

export interface WrittenShards {
  /** URLs of the shards, in order. */
  shards: string[];
  indexUrl: string;
  samples: number;
  bytes: number;
}

/**
 * Writes samples as WebDataset shards and, last, their index. The same samples in the same order give the same bytes.
 */
export async function writeShards(
  samples: Iterable<NewSample> | AsyncIterable<NewSample>,
  options: WriteShardsOptions,
): Promise<WrittenShards> {
  const { samplesPerShard, shards } = options;
  const size = shards ?? samplesPerShard;
  if (
    (shards === undefined) === (samplesPerShard === undefined) ||
    !Number.isInteger(size) ||
    !(Number(size) > 0)
  ) {
    throw new TypeError('writeShards needs either samplesPerShard or shards, a positive integer');
  }
  const records: ShardRecord[] = [];
  const open: OpenShard[] = Array.from({ length: shards ?? 1 }, newShard);
  const keys = new Set<string>();
  const flush = async (shard: OpenShard): Promise<void> => {
    const name = `${options.prefix}${String(records.length).padStart(6, '0')}.tar`;
    const archive = shard.tar.finish();
    records.push(shardRecord(name.slice(name.lastIndexOf('/') + 1), archive, shard.samples));
    await options.storage.put(name, archive, { contentType: 'application/x-tar' });
  };
  for await (const sample of samples) {
    if (keys.has(sample.key)) throw badKey(sample.key, 'is used twice');
    const slot = keys.size % open.length;
    keys.add(sample.key);
    const shard = open[slot] ?? newShard();
    addSample(shard.tar, sample);
    shard.samples += 1;
    if (shard.samples === samplesPerShard) {
      await flush(shard);
      open[slot] = newShard();
    }
  }
  for (const shard of open) {
    if (shard.samples > 0 || shards !== undefined) await flush(shard);
  }
  const index: ShardIndex = { format: 'ovis-shards', version: 1, shards: records };
  const indexKey = `${options.prefix}index.json`;
  await options.storage.put(indexKey, `${JSON.stringify(index, null, 1)}\n`, {
    contentType: 'application/json',
  });
  const folder = options.prefix.slice(0, options.prefix.lastIndexOf('/') + 1);
  const urls = records.map((record) => joinUrl(options.storage.url, folder + record.name));
  return {
    shards: urls,
    indexUrl: urls[0] === undefined ? joinUrl(options.storage.url, indexKey) : (indexUrl(urls[0]) ?? ''),
    samples: keys.size,
    bytes: records.reduce((sum, record) => sum + record.bytes, 0),
  };
}

interface OpenShard {
  tar: TarWriter;
  samples: number;
}

function newShard(): OpenShard {
  return { tar: new TarWriter(), samples: 0 };
}

function addSample(tar: TarWriter, sample: NewSample): void {
  const extensions = Object.keys(sample.files).sort();
  if (extensions.length === 0) throw badKey(sample.key, 'has no files');
  for (const extension of extensions) {
    const name = `${sample.key}.${extension}`;
    const parts = splitName(name);
    if (parts?.key !== sample.key || parts.extension !== extension) {
      throw badKey(sample.key, `with the extension '${extension}' would not be read back as written`);
    }
    tar.add(name, sample.files[extension] ?? '');
  }
}

function badKey(key: string, why: string): DatasetError {
  return new DatasetError(
    'BAD_SAMPLE',
    `sample '${key}' ${why}`,
    "use unique keys without dots, and lower-case extensions without slashes ('png', 'seg.png')",
  );
}
