import { bytesOf } from '../buffers.ts';
import type { Numbers } from '../kernels/reduce.ts';
import { EAGER_BYTES, peers, segmentOf, single, type Plan } from './channel.ts';

/** allGather in one step: each rank sends its segment, which lies in its place of `output`, to everybody. */
export function meshAllGather(output: Numbers): Plan {
  return single('mesh', output.byteLength > EAGER_BYTES, (channel) => {
    const { rank, world } = channel;
    for (const peer of peers(channel)) channel.receive(peer, bytesOf(segmentOf(output, peer, world)));
    channel.sendAll(peers(channel), bytesOf(segmentOf(output, rank, world)));
  });
}

const LENGTH_BYTES = 8;

/** Bytes of any length from everybody to everybody: first how many there are, then themselves. `result` is filled by rank. */
export function gatherBytes(bytes: Uint8Array, result: Uint8Array[]): Plan {
  const lengths: Uint8Array[] = [];
  const count = (length: Uint8Array) => new DataView(length.buffer, length.byteOffset).getFloat64(0, true);
  return {
    algorithm: 'direct',
    chains: [
      [
        {
          large: false,
          start(channel) {
            const own = new Uint8Array(new Float64Array([bytes.byteLength]).buffer);
            for (const peer of peers(channel)) {
              const length = new Uint8Array(LENGTH_BYTES);
              lengths[peer] = length;
              channel.receive(peer, length);
            }
            channel.sendAll(peers(channel), own);
          },
        },
        {
          large: true,
          start(channel) {
            result[channel.rank] = bytes.slice();
            for (const peer of peers(channel)) {
              const target = new Uint8Array(count(lengths[peer] as Uint8Array));
              result[peer] = target;
              channel.receive(peer, target);
            }
            channel.sendAll(peers(channel), bytes);
          },
        },
      ],
    ],
  };
}
