import { bytesOf, type TypedNumbers } from '../buffers.ts';
import { factorOf, reduceRange, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import { chunksOf, segmentOf, type Channel, type Plan, type Stage } from './channel.ts';
import { ringAllReduce } from './ring.ts';
import type { Scratch } from './scratch.ts';

/** Bytes that go through the three stages together; the next follow while these are between machines. */
const BLOCK_BYTES = 4 * 1024 * 1024;

export interface HierarchicalOptions {
  op: ReduceOp;
  scratch: Scratch;
  rank: number;
  /** Machine of each rank. */
  hosts: readonly string[];
}

/**
 * allReduce of several machines with several ranks each: less goes between machines. Every machine has the same number of columns, that of the
 * ranks of its smallest. First the ranks of a machine reduce a segment for each of its columns; then the ranks of a column, one on each machine,
 * reduce theirs in a ring; then each sends the result to the ranks of its machine. With machines of one rank it is a ring, with one machine a
 * mesh.
 *
 * Sums: of each machine in rank order, then those of the machines in the order of the ring: the same on all ranks and in all runs with the same
 * ranks on the same machines.
 */
export function hierarchical({ dtype, numbers }: TypedNumbers, o: HierarchicalOptions): Plan {
  const { rank, hosts, op, scratch } = o;
  const machines = [...new Set(hosts)].map((host) => [...hosts.keys()].filter((r) => hosts[r] === host));
  const local = machines.find((ranks) => ranks.includes(rank)) as number[];
  const columns = Math.min(...machines.map((ranks) => ranks.length));
  const column = local.indexOf(rank);
  const across = machines.map((ranks) => ranks[Math.min(column, columns - 1)] as number);
  const factor = factorOf(op, hosts.length);
  const partial = op === 'mean' ? 'sum' : op;

  const stagesOf = (block: Numbers): Stage[] => {
    const segment = (c: number) => segmentOf(block, c, columns);
    const inside = machines.length === 1 ? factor : 1;
    return [
      {
        members: local,
        large: true,
        start(channel) {
          for (let c = 0; c < columns; c += 1)
            if (c !== column) for (const chunk of chunksOf(segment(c))) channel.send(c, bytesOf(chunk));
          if (column < columns)
            reduceInto(channel, segment(column), { op: partial, dtype, factor: inside, scratch });
        },
      },
      {
        members: column < columns ? across : [],
        large: true,
        start: (channel) => ringAllReduce(channel, { dtype, numbers: segment(column) }, partial, factor),
      },
      {
        members: local,
        large: true,
        start(channel) {
          for (let c = 0; c < columns; c += 1)
            for (const chunk of chunksOf(segment(c))) {
              if (c !== column) channel.receive(c, bytesOf(chunk));
              else
                channel.sendAll(
                  [...local.keys()].filter((r) => r !== column),
                  bytesOf(chunk),
                );
            }
        },
      },
    ];
  };
  return { algorithm: 'hierarchical', chains: chunksOf(numbers, BLOCK_BYTES).map(stagesOf) };
}

/** The contributions of all other members to a segment, and the own, in rank order. */
function reduceInto(
  channel: Channel,
  own: Numbers,
  o: { op: ReduceOp; dtype: TypedNumbers['dtype']; factor: number; scratch: Scratch },
): void {
  const { rank, world } = channel;
  const chunks = chunksOf(own);
  const parts = Array.from({ length: world }, (_, r) =>
    r === rank ? chunks : chunksOf(o.scratch.take(own)),
  );
  chunks.forEach((chunk, i) => {
    let missing = world - 1;
    parts.forEach((part, r) => {
      if (r === rank) return;
      channel.receive(r, bytesOf(part[i] as Numbers), {
        then: () => {
          missing -= 1;
          if (missing > 0) return;
          const all = parts.map((p) => p[i] as Numbers);
          reduceRange(o.op, o.dtype, chunk, all, 0, chunk.length, o.factor);
        },
      });
    });
  });
}
