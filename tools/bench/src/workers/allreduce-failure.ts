import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CollectiveError, CollectiveListener, PeerLostError, ProcessGroup } from '@ovis/allreduce';
import { serve } from '../worker.ts';
import { goodCall, type Failure } from './allreduce-failure-calls.ts';

/* Time until this rank is told that rank 1 calls something else, or was killed. Groups form between the measured calls. */

const script = fileURLToPath(new URL('./allreduce-failure-rank.ts', import.meta.url));

serve(async (setup) => {
  const { failure, world } = setup as unknown as { failure: Failure; world: number };
  const listener = await CollectiveListener.listen();
  const others: { child: ChildProcess; address: string }[] = [];
  process.once('exit', () => others.forEach(({ child }) => child.kill('SIGKILL')));
  let generation = 0;
  let group: ProcessGroup | undefined;

  const form = async (): Promise<ProcessGroup> => {
    for (let i = 0; i < world - 1; i += 1) if (others[i]?.child.connected !== true) others[i] = await start();
    generation += 1;
    const addresses = [listener.address, ...others.map(({ address }) => address)];
    const options = { world, addresses, generation, transport: 'tcp' } as const;
    const joined = others.map(({ child }) => new Promise((resolve) => child.once('message', resolve)));
    others.forEach(({ child }, i) => child.send({ ...options, rank: i + 1, failure }));
    const made = await ProcessGroup.join({ groupId: 'bench', listener, rank: 0, ...options });
    await made.barrier();
    await Promise.all(joined);
    return made;
  };
  group = await form();
  return {
    async iterate() {
      const mine = group as ProcessGroup;
      for (const { child } of others) child.send('go');
      const call = goodCall(mine, failure);
      if (failure === 'killed') others[0]!.child.kill('SIGKILL');
      const error: unknown = await call.catch((reason: unknown) => reason);
      const lost = failure === 'killed';
      const right = lost
        ? error instanceof PeerLostError && error.rank === 1
        : error instanceof CollectiveError;
      if (!right) throw new Error(`the failure was not named: ${String(error)}`);
      if (!lost && !(error as Error).message.includes('rank 1')) throw new Error((error as Error).message);
    },
    async settle() {
      await group?.close();
      if (failure === 'killed') others.splice(0, 1);
      group = await form();
    },
  };
});

function start(): Promise<{ child: ChildProcess; address: string }> {
  const child = fork(script, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 2, 'inherit', 'ipc'] });
  return new Promise((resolve) =>
    child.once('message', (address) => resolve({ child, address: address as string })),
  );
}
