import { fakeGang, fakeState } from './fake-gang.ts';

/* One rank as a process of its own, to be killed: saves a step and waits. */

const [url = '', world = '1', rank = '0', attempt = '', step = '0'] = process.argv.slice(2);
const gang = fakeGang({
  url,
  world: Number(world),
  ranks: [Number(rank)],
  attempt,
  state: fakeState(),
  options: { patienceMs: 20_000 },
});
await gang.save(Number(step));
process.stdout.write('snapshot\n');
await gang.drain();
process.stdout.write('saved\n');
setInterval(() => undefined, 1000);
