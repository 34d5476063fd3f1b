import { CollectiveListener, ProcessGroup } from '../src/index.ts';
import type { Limits } from './processes.ts';

/**
 * One rank in a process of its own. Protocol with the parent over IPC: sends {address}; receives {join: options}; sends
 * {joined}; receives {run: name, ...}; sends {result} or {error}.
 */
type Message =
  | {
      join: { groupId: string; generation: number; rank: number; addresses: string[] } & Limits;
    }
  | { run: 'sum'; length: number; times: number }
  | { run: 'share'; bytes: number }
  | { run: 'close' };

const listener = await CollectiveListener.listen();
let group: ProcessGroup | undefined;

async function handle(message: Message): Promise<unknown> {
  if ('join' in message) {
    const { addresses } = message.join;
    group = await ProcessGroup.join({
      ...message.join,
      world: addresses.length,
      listener,
      connectTimeoutMs: 10_000,
    });
    return 'joined';
  }
  if (!group) throw new Error('not joined');
  if (message.run === 'share') return group.shareMemory({ staging: message.bytes });
  if (message.run === 'close') {
    await group.close();
    await listener.close();
    process.disconnect();
    return 'closed';
  }
  const buffer = new Float32Array(message.length);
  const cpu = process.cpuUsage();
  let ms = 0;
  for (let i = 0; i < message.times; i += 1) {
    buffer.fill(group.rank + 1);
    const begin = performance.now();
    await group.allReduce(buffer);
    ms += performance.now() - begin;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000, first: buffer[0], last: buffer.at(-1) };
}

process.on('message', (message: Message) => {
  handle(message).then(
    (result) => process.connected && process.send?.({ result }),
    (error: Error) => {
      const { name, message: text } = error;
      const fields = Object.fromEntries(Object.entries(error).filter(([key]) => key !== 'cause'));
      process.send?.({ error: { ...fields, name, message: text } });
    },
  );
});
process.send?.({ address: listener.address });
