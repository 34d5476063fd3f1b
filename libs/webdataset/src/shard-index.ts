import { crc32 } from '@node-rs/crc32';
import { isStorageError, readUrl } from '@ovis/storage';
import { createHash } from 'node:crypto';
import { CorruptShardError, DatasetError } from './errors.ts';

/** What the writer knew of a shard. */
export interface ShardRecord {
  /** File name, without folders. */
  name: string;
  bytes: number;
  samples: number;
  /** CRC-32 (that of zip and PNG), 8 hex digits: checked while streaming. */
  crc32: string;
  sha256: string;
}

export interface ShardIndex {
  format: 'ovis-shards';
  version: 1;
  shards: ShardRecord[];
}

/** Where the index of a shard's set lies: `.../train-000003.tar` -> `.../train-index.json`. */
export function indexUrl(shardUrl: string): string | undefined {
  return /\d+\.tar$/.test(shardUrl) ? shardUrl.replace(/\d+\.tar$/, 'index.json') : undefined;
}

export function shardRecord(name: string, archive: Uint8Array, samples: number): ShardRecord {
  return {
    name,
    bytes: archive.length,
    samples,
    crc32: hex(crc32(archive)),
    sha256: createHash('sha256').update(archive).digest('hex'),
  };
}

/** The set's index, or undefined when it has none (shards made by other tools). */
export async function loadShardIndex(url: string, env?: NodeJS.ProcessEnv): Promise<ShardIndex | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readUrl(url, env);
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
  try {
    const index = JSON.parse(new TextDecoder().decode(bytes)) as ShardIndex;
    if (index.format !== 'ovis-shards') return undefined; // somebody else's index.json
    if (index.version === 1 && Array.isArray(index.shards)) return index;
  } catch {
    // reported below
  }
  throw new DatasetError(
    'CORRUPT_SHARD',
    `the index ${url} is damaged`,
    'write the data set again, or delete the index',
  );
}

/** Checks size and CRC of a shard as it passes by. */
export class ShardCheck {
  #crc = 0;
  #bytes = 0;

  update(chunk: Uint8Array): void {
    this.#crc = crc32(chunk, this.#crc);
    this.#bytes += chunk.length;
  }

  /** Throws CorruptShardError when the shard is not the one that was written. */
  verify(shard: string, record: ShardRecord): void {
    if (this.#bytes !== record.bytes) {
      throw new CorruptShardError(
        shard,
        this.#bytes,
        `it has ${this.#bytes} bytes, its index says ${record.bytes}`,
      );
    }
    if (hex(this.#crc) !== record.crc32) {
      throw new CorruptShardError(
        shard,
        0,
        `its CRC-32 is ${hex(this.#crc)}, its index says ${record.crc32}: some byte was changed`,
      );
    }
  }
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
