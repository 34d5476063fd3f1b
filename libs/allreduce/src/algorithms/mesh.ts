import { bytesOf, type TypedNumbers } from '../buffers.ts';
import { factorOf, reduceRange, type Dtype, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import { chunksOf, EAGER_BYTES, peers, segmentOf, single, type Channel, type Plan } from './channel.ts';
import type { Scratch } from './scratch.ts';

export interface MeshOptions {
  op: ReduceOp;
  scratch: Scratch;
  /** reduceScatter: takes the own segment's result; the buffer stays as it is, and nothing is sent back. */
  output?: Numbers;
}

/**
 * In two steps: each rank owns a segment of the buffer and gets everybody's contribution to it, which it reduces in rank order; then it sends
 * the result to everybody. Chunks of a segment go through both steps one after the other. 2 (world - 1) / world of the buffer each way, and
 * the result does not depend on where segments begin.
 */
export function mesh({ dtype, numbers: buffer }: TypedNumbers, { op, scratch, output }: MeshOptions): Plan {
  return single('mesh', buffer.byteLength > EAGER_BYTES, (channel) => {
    const { rank, world } = channel;
    const own = segmentOf(buffer, rank, world);
    const results = chunksOf(output ?? own);
    reduceInOrder(channel, { op, dtype, own, scratch }, (chunk, reduce) => {
      const result = results[chunk] as Numbers;
      reduce(result);
      if (!output) channel.sendAll(peers(channel), bytesOf(result));
    });
    if (!output)
      for (const peer of peers(channel))
        for (const chunk of chunksOf(segmentOf(buffer, peer, world))) channel.receive(peer, bytesOf(chunk));
    for (const peer of peers(channel))
      for (const chunk of chunksOf(segmentOf(buffer, peer, world))) channel.send(peer, bytesOf(chunk));
  });
}

interface Segment {
  op: ReduceOp;
  dtype: Dtype;
  own: Numbers;
  scratch: Scratch;
}

/**
 * Receives everybody's contributions to a segment, chunk by chunk. When a chunk is there from all, `complete` is called with what reduces it,
 * in rank order.
 */
function reduceInOrder(
  channel: Channel,
  { op, dtype, own, scratch }: Segment,
  complete: (chunk: number, reduce: (target: Numbers) => void) => void,
): void {
  const { rank, world } = channel;
  const parts = Array.from({ length: world }, (_, peer) => chunksOf(peer === rank ? own : scratch.take(own)));
  const missing = chunksOf(own).map(() => world - 1);
  const arrived = (chunk: number) => {
    missing[chunk] = (missing[chunk] as number) - 1;
    if (missing[chunk] !== 0) return;
    const contributions = parts.map((chunks) => chunks[chunk] as Numbers);
    const { length } = contributions[0] as Numbers;
    complete(chunk, (target) =>
      reduceRange(op, dtype, target, contributions, 0, length, factorOf(op, world)),
    );
  };
  for (const peer of peers(channel))
    (parts[peer] as Numbers[]).forEach((part, chunk) =>
      channel.receive(peer, bytesOf(part), { then: () => arrived(chunk) }),
    );
}
