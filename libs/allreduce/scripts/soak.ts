/**
 * Runs many small collectives between two processes' worth of ranks in this process and prints what grows:
 *   node --expose-gc --import tsx libs/allreduce/scripts/soak.ts [calls=100000]
 */
import { closeAll, formGroup } from '../test/groups.ts';
import { slotsTaken } from '../src/kernels/slots.ts';

const calls = Number(process.argv[2] ?? 100_000);
const made = await formGroup(2);
const state = () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout/.test(kind)).length;
  return { rssMb: rss / 1e6, heapMb: heapUsed / 1e6, handles, slots: slotsTaken() };
};
const show = (done: number, o: ReturnType<typeof state>) =>
  process.stdout.write(
    `${done} calls: ${o.rssMb.toFixed(1)} MB resident, ${o.heapMb.toFixed(1)} MB heap, ${o.handles} handles, ${o.slots} slots\n`,
  );
const began = performance.now();
for (let done = 0; done <= calls; done += 5) {
  if (done % (calls / 10) === 0) show(done, state());
  await Promise.all(
    made.groups.flatMap((group) => [
      group.allReduce(new Float32Array(16)),
      group.allReduce(new Float32Array(1_000), { algorithm: 'mesh' }),
      group.barrier(),
      group.broadcast(new Uint8Array(5), done % 2),
      group.allGatherBytes(new Uint8Array(done % 7)),
    ]),
  );
}
process.stdout.write(`${(((performance.now() - began) * 1_000) / calls).toFixed(0)} us per call\n`);
await closeAll(made);
