import { single, type Plan } from './channel.ts';

const nothing = new Uint8Array(0);

/**
 * barrier in log2(world) steps: in step k each rank tells the one 2^k to its right, when it has heard of step k - 1, that it and the 2^k - 1 ranks
 * to its left are here.
 */
export function dissemination(): Plan {
  return single('dissemination', false, (channel) => {
    const { rank, world } = channel;
    const steps = Math.ceil(Math.log2(world));
    const heard = new Array<boolean>(steps).fill(false);
    let told = 0;
    const tell = () => {
      while (told < steps && (told === 0 || heard[told - 1])) {
        channel.send((rank + 2 ** told) % world, nothing);
        told += 1;
      }
    };
    for (let step = 0; step < steps; step += 1)
      channel.receive((rank - (2 ** step % world) + world) % world, nothing, {
        then: () => {
          heard[step] = true;
          tell();
        },
      });
    tell();
  });
}
