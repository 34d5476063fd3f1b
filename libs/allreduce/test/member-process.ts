import { CollectiveListener } from '../src/index.ts';
import { joinGroup } from '../src/grpc.ts';

/** A member of a group in a process of its own: sums for ever, and re-forms when it fails; tells its parent every generation it comes into. */
const [coordinator = '', memberId = ''] = process.argv.slice(2);
const listener = await CollectiveListener.listen();
let wanted = false;
const onWanted = () => (wanted = true);
const sizes = { min: 2, max: 3 };
const membership = await joinGroup({ coordinator, groupId: 'g', memberId, listener, onWanted, ...sizes });
for (;;) {
  const { generation, rank, world } = membership.group;
  process.send?.({ memberId, generation, rank, world });
  try {
    while (!wanted) await membership.group.allReduce(new Float32Array(20_000).fill(1));
    throw new Error('others wait to be taken in');
  } catch (error) {
    wanted = false;
    await membership.reform(error as Error);
  }
}
