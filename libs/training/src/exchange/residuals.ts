import type { Collective } from '../collective.ts';
import type { HostTensors, StoredTensors } from '../host-tensors.ts';

const NAME = (rank: number) => `residual.${rank}`;

/** What a rank could not say in compressed gradients and sends with the next ones (error feedback), bucket by bucket. */
export class Residuals {
  readonly buffers: readonly Float32Array[];
  readonly #size: number;

  /**
   * @param sizes floats of each buffer, the same on all ranks
   * @param stored tensors of a checkpoint of the same gang
   */
  constructor(sizes: readonly number[], rank: number, stored?: StoredTensors) {
    this.#size = sizes.reduce((sum, size) => sum + size, 0);
    const flat = new Float32Array(this.#size);
    const saved = stored?.[NAME(rank)];
    if (saved?.data.length === this.#size) flat.set(saved.data);
    let end = 0;
    this.buffers = sizes.map((size) => flat.subarray(end, (end += size)));
  }

  static stored(tensors: StoredTensors): boolean {
    return NAME(0) in tensors;
  }

  /** Those of all ranks, which all call it. */
  async collect(collective: Collective): Promise<HostTensors> {
    const { world } = collective;
    const all = Array.from({ length: world }, () => new Float32Array(this.#size));
    let offset = 0;
    for (const buffer of this.buffers) {
      const gathered = new Float32Array(world * buffer.length);
      await collective.allGather(buffer, gathered, { tag: 'residuals' });
      for (const [rank, flat] of all.entries())
        flat.set(gathered.subarray(rank * buffer.length, (rank + 1) * buffer.length), offset);
      offset += buffer.length;
    }
    return Object.fromEntries(
      all.map((data, rank) => [NAME(rank), { dtype: 'F32' as const, shape: [this.#size], data }]),
    );
  }
}
