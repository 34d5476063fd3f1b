/**
 * Prints the speed of allReduce between processes on this machine:
 *   npx tsx libs/allreduce/scripts/measure.ts [world=2]
 * MB/s counts the bytes of one rank's buffer per second ("algorithm bandwidth"); CPU is that of one rank.
 */
import { startRanks } from '../test/processes.ts';

const world = Number(process.argv[2] ?? 2);
const sizes: [label: string, length: number, times: number][] = [
  ['4 B', 1, 500],
  ['1 KB', 256, 500],
  ['32 KB', 8_192, 300],
  ['1 MB', 262_144, 100],
  ['16 MB', 4_194_304, 12],
  ['100 MB', 26_214_400, 4],
];
const ranks = await startRanks(world, { timeoutMs: 60_000 });
const rows: string[] = [];
try {
  for (const [label, length, times] of sizes) {
    const calls: number[] = [];
    let cpuMs = Infinity;
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(ranks.map((rank) => rank.ask({ run: 'sum', length, times })));
      const results = answers.map(({ result, error }) => {
        if (typeof result !== 'object') throw new Error(error?.message ?? 'no result');
        return result;
      });
      calls.push(Math.max(...results.map((r) => r.ms)) / times);
      cpuMs = Math.min(cpuMs, results.reduce((sum, r) => sum + r.cpuMs, 0) / world / times);
    }
    calls.sort((a, b) => a - b);
    const megabytes = (length * 4) / 1e6;
    const show = (ms: number) =>
      `${(ms * 1_000).toFixed(0)} us (${((megabytes * 1_000) / ms).toFixed(0)} MB/s)`;
    const cpu = `${(cpuMs * 1_000).toFixed(0)} us, ${((cpuMs / megabytes) as number).toFixed(2)} s/GB`;
    rows.push(
      `${label.padStart(7)}  best ${show(calls[0] as number)}, median ${show(calls[2] as number)}, CPU ${cpu}`,
    );
  }
} finally {
  for (const rank of ranks) await rank.end();
}
process.stdout.write(`allReduce, ${world} processes\n${rows.join('\n')}\n`);
