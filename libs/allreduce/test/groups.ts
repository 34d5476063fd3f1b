import { CollectiveListener, ProcessGroup, type GroupOptions } from '../src/index.ts';

/** All ranks of a group inside this process; `hosts` puts them on machines by name. */
export async function formGroup(
  world: number,
  { hosts, ...overrides }: Partial<GroupOptions> & { hosts?: readonly string[] } = {},
) {
  const listeners = await Promise.all(
    Array.from({ length: world }, (_, rank) => CollectiveListener.listen({ hostId: hosts?.[rank] })),
  );
  return { listeners, groups: await join(listeners, overrides) };
}

export function join(
  listeners: CollectiveListener[],
  overrides: Partial<GroupOptions> = {},
): Promise<ProcessGroup[]> {
  const addresses = listeners.map((listener) => listener.address);
  return Promise.all(
    listeners.map((listener, rank) =>
      ProcessGroup.join({
        groupId: 'g',
        generation: 1,
        rank,
        world: listeners.length,
        addresses,
        listener,
        timeoutMs: 5_000,
        connectTimeoutMs: 5_000,
        ...overrides,
      }),
    ),
  );
}

export async function closeAll(o: {
  listeners: CollectiveListener[];
  groups: ProcessGroup[];
}): Promise<void> {
  await Promise.all(o.groups.map((group) => group.close()));
  await Promise.all(o.listeners.map((listener) => listener.close()));
}

/** The error of a promise; undefined when it resolves. */
export function errorOf(promise: Promise<unknown>): Promise<Error | undefined> {
  return promise.then(
    () => undefined,
    (error: Error) => error,
  );
}

/** Deterministic numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A rank's contribution: values of different magnitude, so that the order of summation shows in the last bits. */
export function contribution(rank: number, length: number, seed = 1): Float32Array {
  const next = random(seed * 7919 + rank * 104729 + 1);
  return Float32Array.from({ length }, () => (next() - 0.5) * 10 ** Math.floor(next() * 8 - 4));
}

/** x0 + x1 + ... in rank order, rounding to single precision after each addition. */
export function sumInRankOrder(parts: Float32Array[]): Float32Array {
  const sum = (parts[0] as Float32Array).slice();
  for (const part of parts.slice(1))
    for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + (part[i] as number);
  return sum;
}
