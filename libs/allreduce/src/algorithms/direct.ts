import { bytesOf, numbersOf, type TypedNumbers } from '../buffers.ts';
import { itemBytes, reduceRange, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import { EAGER_BYTES, peers, single, type Plan } from './channel.ts';

/**
 * allReduce of small buffers in one step: everybody sends everything to everybody and reduces in rank order. world - 1 messages each way.
 */
export function direct({ dtype, numbers: buffer }: TypedNumbers, op: ReduceOp): Plan {
  return single('direct', buffer.byteLength > EAGER_BYTES, (channel) => {
    const { rank, world } = channel;
    // A copy goes out, so that the buffer can take the result while a slow peer has not read it yet.
    const own = buffer.slice() as Numbers;
    const contributions: Numbers[] = [];
    contributions[rank] = own;
    let missing = world - 1;
    const arrived = () => {
      missing -= 1;
      if (missing === 0) reduceRange(op, dtype, buffer, contributions, 0, buffer.length);
    };
    for (const peer of peers(channel)) {
      const bytes = new Uint8Array(own.length * itemBytes[dtype]);
      contributions[peer] = numbersOf(bytes, dtype);
      channel.receive(peer, bytes, { then: arrived });
    }
    channel.sendAll(peers(channel), bytesOf(own));
  });
}
