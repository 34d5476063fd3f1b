import { bytesOf, type TypedNumbers } from '../buffers.ts';
import { factorOf, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import { chunksOf, EAGER_BYTES, segmentOf, single, type Channel, type Plan } from './channel.ts';
import type { Scratch } from './scratch.ts';

/*
 * Ranks stand in a ring; everything goes from each to its right neighbour. The segment of rank s starts there, and is reduced by s + 1,
 * s + 2 ... on its way to s - 1, where it is complete; from there results go round once more. Chunks follow one another, so that all ranks
 * work at once. 2 (world - 1) / world of the buffer each way, and one neighbour each, whatever the world.
 *
 * The order of a segment's sum is that of the ring, from its own rank on: the same on all ranks and in all runs, but not 0, 1, 2 ...
 */

/** A rank's neighbours and the segments of the ring. */
function placeIn({ rank, world }: Channel) {
  return {
    left: (rank + world - 1) % world,
    right: (rank + 1) % world,
    /** The rank whose segment passes here in a step. */
    at: (step: number) => (rank + 2 * world - step) % world,
  };
}

/** allReduce in place. */
export function ring(typed: TypedNumbers, op: ReduceOp): Plan {
  return single('ring', typed.numbers.byteLength > EAGER_BYTES, (channel) =>
    ringAllReduce(channel, typed, op),
  );
}

export function ringAllReduce(
  channel: Channel,
  { dtype, numbers: buffer }: TypedNumbers,
  op: ReduceOp,
  factor = factorOf(op, channel.world),
): void {
  const { world } = channel;
  if (world === 1) return;
  const { left, right, at } = placeIn(channel);
  const chunks = (owner: number) => chunksOf(segmentOf(buffer, owner, world));
  for (let step = 1; step < world; step += 1) {
    const last = step === world - 1;
    const how = { op, dtype, factor: last ? factor : 1, keep: last, to: right };
    for (const own of chunks(at(step))) channel.reduce(left, { ...how, own });
  }
  for (let step = 0; step < world - 1; step += 1) {
    const to = step < world - 2 ? [right] : [];
    for (const chunk of chunks(at(step))) channel.receive(left, bytesOf(chunk), { to });
  }
  for (const chunk of chunks(at(0))) channel.send(right, bytesOf(chunk));
}

/**
 * reduceScatter: as the first round of allReduce, but with segments so numbered that the own one ends here; partial sums lie in `scratch`, and
 * the input stays as it is.
 */
export function ringReduceScatter(
  { dtype, numbers: input }: TypedNumbers,
  o: { op: ReduceOp; output: Numbers; scratch: Scratch },
): Plan {
  return single('ring', input.byteLength > EAGER_BYTES, (channel) => {
    const { world } = channel;
    const { left, right, at } = placeIn(channel);
    for (let step = 2; step <= world; step += 1) {
      const last = step === world;
      const here = segmentOf(input, at(step), world);
      const into = chunksOf(last ? o.output : o.scratch.take(here));
      const how = { op: o.op, dtype, factor: last ? factorOf(o.op, world) : 1 };
      const next = last ? {} : { to: right, keep: false };
      chunksOf(here).forEach((own, i) => channel.reduce(left, { ...how, ...next, own, into: into[i] }));
    }
    for (const chunk of chunksOf(segmentOf(input, at(1), world))) channel.send(right, bytesOf(chunk));
  });
}

/** allGather: as the second round. */
export function ringAllGather(output: Numbers): Plan {
  return single('ring', output.byteLength > EAGER_BYTES, (channel) => {
    const { world } = channel;
    const { left, right, at } = placeIn(channel);
    for (let step = 1; step < world; step += 1)
      for (const chunk of chunksOf(segmentOf(output, at(step), world)))
        channel.receive(left, bytesOf(chunk), { to: step < world - 1 ? [right] : [] });
    for (const chunk of chunksOf(segmentOf(output, at(0), world))) channel.send(right, bytesOf(chunk));
  });
}
