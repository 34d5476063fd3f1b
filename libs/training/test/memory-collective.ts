import type { Collective } from '../src/index.ts';

/** Ranks of one process that sum through memory, in rank order. */
export function memoryCollectives(world: number): Collective[] {
  let waiting: { rank: number; buffer: Float32Array; done: () => void }[] = [];

  function allReduce(rank: number, buffer: Float32Array): Promise<void> {
    return new Promise((done) => {
      waiting.push({ rank, buffer, done });
      if (waiting.length < world) return;
      const all = waiting.sort((a, b) => a.rank - b.rank);
      waiting = [];
      const sum = Float32Array.from(all[0]!.buffer);
      for (const { buffer: other } of all.slice(1)) other.forEach((x, i) => (sum[i]! += x));
      for (const { buffer: target, done: release } of all) {
        target.set(sum);
        release();
      }
    });
  }
  return Array.from({ length: world }, (_, rank) => ({
    rank,
    world,
    allReduce: (buffer: Float32Array) => allReduce(rank, buffer),
  }));
}
