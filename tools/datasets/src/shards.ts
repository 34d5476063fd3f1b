import { createHash } from 'node:crypto';
import type { ObjectStorage } from '@ovis/storage';

export interface ShardInfo {
  /** Relative to the storage. */
  key: string;
  samples: number;
  bytes: number;
  sha256: string;
}

export interface ShardSample {
  key: string;
  files: Record<string, Uint8Array>;
}

function tarEntry(name: string, data: Uint8Array): Uint8Array[] {
  const header = new Uint8Array(512);
  const text = (at: number, value: string) => header.set(new TextEncoder().encode(value), at);
  text(0, name);
  text(100, '0000644\0');
  text(108, '0000000\0');
  text(116, '0000000\0');
  text(124, `${data.length.toString(8).padStart(11, '0')}\0`);
  text(136, '00000000000\0');
  text(148, '        ');
  text(156, '0');
  text(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  text(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return [header, data, new Uint8Array((512 - (data.length % 512)) % 512)];
}

/** Writes samples round-robin into `count` shards `<prefix>-000000.tar`; deterministic bytes. */
export async function writeShardSet(
  samples: readonly ShardSample[],
  storage: ObjectStorage,
  prefix: string,
  count: number,
): Promise<ShardInfo[]> {
  const shards: ShardInfo[] = [];
  for (let shard = 0; shard < count; shard++) {
    const own = samples.filter((_, index) => index % count === shard);
    const tar = Buffer.concat([
      ...own.flatMap(({ key, files }) =>
        Object.entries(files).flatMap(([extension, data]) => tarEntry(`${key}.${extension}`, data)),
      ),
      new Uint8Array(1024),
    ]);
    const key = `${prefix}-${String(shard).padStart(6, '0')}.tar`;
    await storage.put(key, tar, { contentType: 'application/x-tar' });
    shards.push({
      key,
      samples: own.length,
      bytes: tar.length,
      sha256: createHash('sha256').update(tar).digest('hex'),
    });
  }
  return shards;
}
