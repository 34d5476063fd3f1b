import koffi from 'koffi';
import { initEngine } from './init-engine.ts';

/** What TensorFlow's allocator of host memory has given out, in bytes. */
export interface AllocatorStatistics {
  inUse: number;
  /** The most that was in use at a time since the start or {@link AllocatorMeter.reset}. */
  peak: number;
}

export interface AllocatorMeter {
  read(): AllocatorStatistics;
  /** The peak becomes what is in use. */
  reset(): void;
}

/**
 * Reads the pool that TensorFlow's CPU builds with oneDNN keep for all but the smallest tensors: the exact peak of a step,
 * temporaries included, where the process's resident memory also tells of what the pool keeps for later. These statistics are not
 * part of the C API, but of the C++ library behind it; where it does not export them (other builds, WASM) the answer is undefined.
 */
export async function allocatorMeter(): Promise<AllocatorMeter | undefined> {
  const { path } = await initEngine();
  if (!path) return undefined;
  try {
    const library = koffi.load(path);
    const allocator = library.func('_ZN3tsl18cpu_allocator_baseEv', 'int64_t', [])() as number;
    const virtualTable = koffi.address(library.symbol('_ZTVN10tensorflow15MklCPUAllocatorE', 'char'));
    // An object begins with a pointer behind the two words that head its class's table.
    const table = koffi.decode(BigInt(allocator), 'int64_t') as number;
    if (BigInt(table) !== virtualTable + 16n) return undefined;
    const mkl = '_ZN10tensorflow15MklCPUAllocator';
    // GetStats returns std::optional<AllocatorStats>: the caller passes where to put it.
    const getStats = library.func(`${mkl}8GetStatsEv`, 'void *', ['void *', 'int64_t']);
    const clearStats = library.func(`${mkl}10ClearStatsEv`, 'bool', ['int64_t']);
    return {
      read() {
        const stats = Buffer.alloc(STATS_SIZE);
        getStats(stats, allocator);
        return {
          inUse: Number(stats.readBigInt64LE(8 * FIELDS.inUse)),
          peak: Number(stats.readBigInt64LE(8 * FIELDS.peak)),
        };
      },
      reset: () => void clearStats(allocator),
    };
  } catch {
    return undefined;
  }
}

/** More than enough for AllocatorStats. */
const STATS_SIZE = 512;
/** Places of its first int64s: allocations, bytes in use, peak, largest. */
const FIELDS = { inUse: 1, peak: 2 };
