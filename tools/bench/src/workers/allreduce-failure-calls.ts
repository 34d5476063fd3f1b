import type { ProcessGroup } from '@ovis/allreduce';

export type Failure = 'size' | 'dtype' | 'tag' | 'operation' | 'killed';

const LENGTH = 100_000;

/** What all ranks should call. */
export function goodCall(group: ProcessGroup, failure: Failure): Promise<void> {
  return group.allReduce(new Float32Array(LENGTH), { tag: failure === 'tag' ? 'right' : undefined });
}

/** What rank 1 calls in its place. One that is to be killed calls nothing. */
export function failingCall(group: ProcessGroup, failure: Failure): Promise<void> {
  switch (failure) {
    case 'size':
      return group.allReduce(new Float32Array(LENGTH + 1));
    case 'dtype':
      return group.allReduce(new Int32Array(LENGTH));
    case 'operation':
      return group.allReduce(new Float32Array(LENGTH), { op: 'max' });
    case 'tag':
      return group.allReduce(new Float32Array(LENGTH), { tag: 'wrong' });
    case 'killed':
      return new Promise(() => {});
  }
}
