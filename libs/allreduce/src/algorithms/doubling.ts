import { bytesOf, numbersOf, type TypedNumbers } from '../buffers.ts';
import { factorOf, itemBytes, reduceRange, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import { EAGER_BYTES, single, type Channel, type Plan } from './channel.ts';

/**
 * allReduce of small buffers in large worlds, by recursive doubling: in step k each rank exchanges all it has with the rank whose number differs
 * in bit k, so that log2(world) steps do. Where the world is no power of two, the ranks beyond the largest one first give theirs to a rank
 * below, and get the result from it.
 *
 * Sums are those of a tree, the lower rank's side first: the same on all ranks and in all runs, but not in the order 0, 1, 2 ...
 */
export function doubling(typed: TypedNumbers, op: ReduceOp): Plan {
  return single('doubling', typed.numbers.byteLength > EAGER_BYTES, (channel) =>
    doublingAllReduce(channel, typed, op),
  );
}

function doublingAllReduce(channel: Channel, { dtype, numbers: buffer }: TypedNumbers, op: ReduceOp): void {
  const { rank, world } = channel;
  const core = 2 ** Math.floor(Math.log2(world));
  const factor = factorOf(op, world);
  if (rank >= core) {
    channel.receive(rank - core, bytesOf(buffer));
    channel.send(rank - core, bytesOf(buffer.slice() as Numbers));
    return;
  }
  const guest = rank + core < world ? rank + core : undefined;
  const partners = Array.from({ length: Math.log2(core) }, (_, step) => rank ^ (1 << step));
  const sources = guest === undefined ? partners : [guest, ...partners];
  const incoming = sources.map(() => numbersOf(new Uint8Array(buffer.length * itemBytes[dtype]), dtype));
  const here = sources.map(() => false);
  let next = 0;
  /** What a step sends must stay as it is, while the buffer goes on. */
  const send = (to: number) => channel.send(to, bytesOf(buffer.slice() as Numbers));
  const advance = () => {
    while (next < sources.length && here[next]) {
      const other = incoming[next] as Numbers;
      const parts = (sources[next] as number) < rank ? [other, buffer] : [buffer, other];
      next += 1;
      reduceRange(op, dtype, buffer, parts, 0, buffer.length, next === sources.length ? factor : 1);
      const to = sources[next];
      if (to !== undefined) send(to);
    }
    if (next === sources.length && guest !== undefined) send(guest);
  };
  sources.forEach((from, step) =>
    channel.receive(from, bytesOf(incoming[step] as Numbers), {
      then: () => {
        here[step] = true;
        advance();
      },
    }),
  );
  if (guest === undefined && partners.length > 0) send(partners[0] as number);
}
