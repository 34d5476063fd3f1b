import type { ObjectStorage } from '../src/index.ts';

/** A storage some of whose methods are others, for specs that break it on purpose. */
export function alteredStorage(storage: ObjectStorage, changes: Partial<ObjectStorage>): ObjectStorage {
  return new Proxy(storage, {
    get(target, name: keyof ObjectStorage) {
      const changed: unknown = changes[name];
      if (changed !== undefined) return changed;
      const own: unknown = target[name];
      return typeof own === 'function' ? (own as () => unknown).bind(target) : own;
    },
  });
}
