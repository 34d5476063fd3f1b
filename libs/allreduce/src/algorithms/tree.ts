import { chunksOf, single, type Plan } from './channel.ts';

/**
 * broadcast by a binomial tree: log2(world) steps. Counted from the root, rank v gets its bytes from v without its lowest bit that is set, and
 * passes them on to v + 1, v + 2, v + 4 ... below that bit; chunks follow one another. A rank sends when its children have begun, however few
 * bytes there are: so a root, which waits for nobody else, ends no call that another rank does not make.
 */
export function tree(bytes: Uint8Array, root: number): Plan {
  return single('tree', true, (channel) => {
    const { rank, world } = channel;
    const place = (rank - root + world) % world;
    const lowest = place === 0 ? 2 ** Math.ceil(Math.log2(world)) : place & -place;
    const children: number[] = [];
    for (let step = lowest / 2; step >= 1; step /= 2)
      if (place + step < world) children.push((place + step + root) % world);
    const parent = place === 0 ? root : (place - lowest + root) % world;
    for (const chunk of chunksOf(bytes)) {
      if (place === 0) channel.sendAll(children, chunk);
      else channel.receive(parent, chunk, { to: children });
    }
  });
}
