import type { tf } from '../tf.ts';
import { toTfjsType } from '../binding/dtypes.ts';

/** What native memory is held for. */
export type MemoryKind = 'variables' | 'tensors' | 'constants' | 'views';

export interface MemoryUse {
  count: number;
  bytes: number;
}

/** Counts the native memory that TF.js objects hold. Tensors that share a buffer are counted each. */
export class MemoryAccount {
  readonly #uses = new Map<string, MemoryUse>();

  add(kind: MemoryKind, dtype: number, bytes: number, count = 1): void {
    const key = `${kind}/${dtype}`;
    let use = this.#uses.get(key);
    if (!use) this.#uses.set(key, (use = { count: 0, bytes: 0 }));
    use.count += count;
    use.bytes += count * bytes;
  }

  remove(kind: MemoryKind, dtype: number, bytes: number): void {
    this.add(kind, dtype, bytes, -1);
  }

  /** Sums by kind and by dtype. */
  report(): { kinds: Record<MemoryKind, MemoryUse>; byDtype: Partial<Record<tf.DataType, number>> } {
    const none = (): MemoryUse => ({ count: 0, bytes: 0 });
    const kinds = { variables: none(), tensors: none(), constants: none(), views: none() };
    const byDtype: Partial<Record<string, number>> = {};
    for (const [key, { count, bytes }] of this.#uses) {
      const [kind, dtype] = key.split('/') as [MemoryKind, string];
      kinds[kind].count += count;
      kinds[kind].bytes += bytes;
      const name = toTfjsType(Number(dtype));
      if (bytes !== 0 && kind !== 'views') byDtype[name] = (byDtype[name] ?? 0) + bytes;
    }
    return { kinds, byDtype };
  }
}
