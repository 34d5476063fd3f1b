import type { StoredTensors } from '../host-tensors.ts';

/** Tensors of a checkpoint that belong to one site of several. */
export const siteName = (site: number, name: string) => `site.${site}.${name}`;
/** Weights of a site, which are not the model's while it takes steps by itself. */
export const LOCAL_WEIGHT = (name: string) => `weight.${name}`;
export const OUTER_MOMENTUM = (name: string) => `outer.momentum.${name}`;

const OF_SITE = /^site\.(\d+)\.(.+)$/;

/** How many sites a checkpoint's tensors are of; 0: they are those of a gang without sites. */
export function storedSites(tensors: StoredTensors): number {
  return Object.keys(tensors).reduce((most, name) => {
    const site = OF_SITE.exec(name)?.[1];
    return site === undefined ? most : Math.max(most, Number(site) + 1);
  }, 0);
}

/**
 * The moments, and the weights of sites (`weight.NAME`), that a trainer goes on with: those of its site where the checkpoint
 * is of as many sites, the mean over the sites otherwise.
 * @param site of `sites`; undefined: the gang has none
 */
export function localTensors(
  tensors: StoredTensors,
  site: { index: number; count: number } | undefined,
): StoredTensors {
  const sites = storedSites(tensors);
  if (sites === 0) return tensors;
  const result: StoredTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const found = OF_SITE.exec(name);
    if (!found) result[name] = tensor;
    else if (sites === site?.count) {
      if (Number(found[1]) === site.index) result[found[2]!] = tensor;
    } else if (found[1] === '0') {
      const all = Array.from({ length: sites }, (_, s) => tensors[siteName(s, found[2]!)]!);
      result[found[2]!] = { shape: tensor.shape, data: meanOf(all.map(({ data }) => data)) };
    }
  }
  return result;
}

function meanOf(arrays: readonly ArrayLike<number>[]): Float32Array {
  const mean = new Float32Array(arrays[0]!.length);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const array of arrays) sum += array[i]!;
    mean[i] = sum / arrays.length;
  }
  return mean;
}
