import { open } from 'node:fs/promises';
import { inParallel } from './in-parallel.ts';
import type { PutRangesOptions, RangeSource } from './types.ts';

const PART_BYTES = 16 * 2 ** 20;
const PARALLEL_PARTS = 4;

/** Writes a new file, several parts at a time, and flushes it. */
export async function writeRanges(
  path: string,
  source: RangeSource,
  options: PutRangesOptions,
): Promise<void> {
  const partBytes = options.partBytes ?? PART_BYTES;
  const file = await open(path, 'wx');
  try {
    await inParallel(
      options.parallel ?? PARALLEL_PARTS,
      Math.ceil(source.bytes / partBytes),
      async (index) => {
        options.signal?.throwIfAborted();
        const begin = index * partBytes;
        const part = await source.read(begin, Math.min(begin + partBytes, source.bytes));
        for (let at = 0; at < part.length;) {
          const { bytesWritten } = await file.write(part, at, part.length - at, begin + at);
          at += bytesWritten;
        }
      },
    );
    await file.sync();
  } finally {
    await file.close();
  }
}
