import { CollectiveListener, ProcessGroup, type GroupOptions } from '@ovis/allreduce';
import { failingCall, goodCall, type Failure } from './allreduce-failure-calls.ts';

/* A rank beside the timed one: joins every generation that it is told, and then calls what it should or what it should not. */

type Start = Pick<GroupOptions, 'rank' | 'world' | 'addresses' | 'transport' | 'generation'> & {
  failure: Failure;
};

const listener = await CollectiveListener.listen();
process.once('disconnect', () => process.exit(0));
let go = () => {};
process.on('message', (message: Start | 'go') => {
  if (message === 'go') return go();
  const { failure, ...options } = message;
  void (async () => {
    const told = new Promise<void>((resolve) => (go = resolve));
    const group = await ProcessGroup.join({ groupId: 'bench', listener, ...options });
    await group.barrier();
    process.send?.('joined');
    await told;
    const call = options.rank === 1 ? failingCall : goodCall;
    await call(group, failure).catch(() => {});
    await group.close();
  })();
});
process.send?.(listener.address);
