/** Every kind of fault, in the order of docs/failures.md. */
export const KINDS = [
  'trainer-killed',
  'trainer-paused',
  'trainer-slow',
  'trainer-oom',
  'trainer-sigterm',
  'controller-killed',
  'temporal-killed',
  'temporal-away',
  's3-away',
  'network-cut',
  'disk-full',
] as const;
export type FaultKind = (typeof KINDS)[number];

export interface PlannedFault {
  kind: FaultKind;
  /** Seconds after the first step of the run. */
  atS: number;
  /** Rank that it strikes, where it strikes a trainer. */
  rank: number;
}

/**
 * Each kind once, in an order, at moments and for victims that the seed decides: one fault in every period, somewhere in its first half, so
 * that there is time to recover before the next.
 */
export function schedule(o: {
  seed: number;
  everyS: number;
  kinds: readonly FaultKind[];
  /** Trainers of the gang. */
  world: number;
}): PlannedFault[] {
  const random = generator(o.seed);
  const kinds = [...o.kinds];
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [kinds[i], kinds[j]] = [kinds[j] as FaultKind, kinds[i] as FaultKind];
  }
  return kinds.map((kind, i) => ({
    kind,
    atS: o.everyS * (i + 0.5 * random()),
    rank: Math.floor(random() * o.world),
  }));
}

/** mulberry32: numbers in [0, 1), equal for equal seeds. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
