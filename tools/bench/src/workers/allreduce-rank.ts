import { CollectiveListener, ProcessGroup, type GroupOptions } from '@ovis/allreduce';
import { serveCollectives } from '@ovis/allreduce/grpc';

/* A rank beside the timed one: it takes part until its parent goes. */

type Start = Pick<GroupOptions, 'rank' | 'world' | 'addresses' | 'transport' | 'timeoutMs'> & {
  length: number;
  share: { staging: number; inPlace: number };
};

const listener = await CollectiveListener.listen();
if (process.argv[2] === 'grpc') await serveCollectives(listener);
process.once('disconnect', () => process.exit(0));
process.once('message', ({ length, share, ...options }: Start) => {
  void (async () => {
    const group = await ProcessGroup.join({ groupId: 'bench', generation: 1, listener, ...options });
    if (share.staging + share.inPlace > 0) await group.shareMemory(share);
    await group.allReduce(Float32Array.of(options.rank + 1));
    const buffer = group.allocate(length);
    for (;;) await group.allReduce(buffer);
  })().catch(() => process.exit(1));
});
process.send?.(listener.address);
