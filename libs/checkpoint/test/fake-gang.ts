import { AsyncCheckpointer, type CheckpointerOptions, type StateTensor } from '../src/index.ts';
import { createHash } from 'node:crypto';
import { bytesOf, elementCount, type TensorData } from '../src/host-tensors.ts';
import type { ReadRequest } from '../src/staging.ts';
import { checkpointId } from '../src/index.ts';
import { state } from './samples.ts';

export interface FakeState {
  tensors: StateTensor[];
  /** Values that tell tensor, step and element. */
  valuesAt(step: number): Record<string, Float32Array>;
}

const TRAINED: [string, StateTensor['part'], number[]][] = [
  ['vte.weight', 'vte', [100, 100]],
  ['visual_tokenizer.head.0.weight', 'visual_head', [50, 100]],
  ['visual_tokenizer.backbone.last', 'vit', [100, 30]],
];
const FROZEN: [string, StateTensor['part'], number[]][] = [
  ['visual_tokenizer.backbone.first', 'vit', [200, 30]],
  ['llm.a', 'llm', [300, 100]],
  ['llm.b', 'llm', [400, 100]],
];

/**
 * A model of which stages 1 and 2 train some, and stage 3 all.
 * @param sharded the moments lie on the ranks in ranges that do not follow the tensors
 */
export function fakeState(o: { stage?: number; world?: number; sharded?: boolean } = {}): FakeState {
  const { stage = 2, world = 1, sharded = false } = o;
  const trainedToo = stage === 3 ? FROZEN : [];
  const weights = [...TRAINED, ...FROZEN].map(([name, part, shape]): StateTensor => ({
    name,
    part,
    dtype: 'F32',
    shape,
    trained: [...TRAINED, ...trainedToo].some(([trained]) => trained === name),
  }));
  const moments = weights
    .filter(({ trained }) => trained)
    .flatMap(({ name, shape }) =>
      ['exp_avg', 'exp_avg_sq'].map((kind): StateTensor => ({
        name: `${kind}.${name}`,
        part: 'optimizer',
        dtype: 'F32',
        shape,
        trained: true,
      })),
    );
  const pieces = sharded ? moments.flatMap((moment) => cut(moment, world)) : moments;
  return {
    tensors: [...weights, ...pieces],
    valuesAt: (step) =>
      Object.fromEntries(
        [...weights, ...moments].map(({ name, shape, trained }, index) => {
          const add = index * 1000 + (trained ? step : 0);
          return [name, new Float32Array(elementCount(shape)).map((_, i) => (i % 997) + add)];
        }),
      ),
  };
}

/** Uneven pieces, one for each rank. */
function cut(tensor: StateTensor, world: number): StateTensor[] {
  const size = elementCount(tensor.shape);
  const at = (rank: number): number => (rank === world ? size : Math.floor((size * rank) / world / 7) * 7);
  return Array.from({ length: world }, (_, owner) => ({
    ...tensor,
    owner,
    range: { begin: at(owner), end: at(owner + 1) },
  })).filter(({ range }) => range.end > range.begin);
}

/** Reads from arrays by name, as a trainer would from its own. */
export function readFrom(values: () => Record<string, Float32Array>) {
  return (requests: readonly ReadRequest[]): void => {
    const all = values();
    for (const { tensor, begin, target } of requests) {
      const from = (tensor.range?.begin ?? 0) * 4 + begin;
      target.set(bytesOf(all[tensor.name]!).subarray(from, from + target.length));
    }
  };
}

/** Checkpointers of all ranks of a gang, in this process. */
export function fakeGang(o: {
  url: string;
  env?: NodeJS.ProcessEnv;
  world: number;
  attempt: string;
  state: FakeState;
  /** Only these ranks. */
  ranks?: number[];
  options?: Partial<CheckpointerOptions>;
}) {
  let step = 0;
  const ranks = o.ranks ?? Array.from({ length: o.world }, (_, rank) => rank);
  const values = new Map<number, Record<string, Float32Array>>();
  const valuesNow = (): Record<string, Float32Array> => {
    let now = values.get(step);
    if (!now) values.set(step, (now = o.state.valuesAt(step)));
    return now;
  };
  const checkpointers = ranks.map(
    (rank) =>
      new AsyncCheckpointer({
        url: o.url,
        env: o.env,
        rank,
        world: o.world,
        attempt: o.attempt,
        tensors: o.state.tensors,
        read: readFrom(valuesNow),
        extraFiles: { 'config.json': new TextEncoder().encode('{"hidden_size":8}') },
        dealFromBytes: 50_000,
        ...o.options,
      }),
  );
  return {
    checkpointers,
    /** All ranks take their snapshot of this step. */
    save(at: number, o: { stage?: number; totalSteps?: number; loss?: number } = {}) {
      step = at;
      const { cursors: _, world: __, ...rest } = state(at);
      const stage = o.stage ?? 2;
      return Promise.all(
        checkpointers.map((checkpointer, i) =>
          checkpointer.save({
            id: checkpointId(stage, at),
            state: { ...rest, stage, ...o },
            cursors: [{ lane: ranks[i], emitted: at }],
          }),
        ),
      );
    },
    drain: () => Promise.all(checkpointers.map((checkpointer) => checkpointer.drain())),
    close: () => Promise.all(checkpointers.map((checkpointer) => checkpointer.close())),
  };
}

/** Comparing millions of numbers one by one takes a test runner minutes. */
export function prints(tensors: Record<string, TensorData>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensors)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, data]) => [name, createHash('sha1').update(bytesOf(data)).digest('hex')]),
  );
}
