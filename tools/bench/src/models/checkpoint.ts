import { AsyncCheckpointer, CheckpointReader, type ReadRequest, type StateTensor } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { rm } from 'node:fs/promises';

/** Floats of a tensor. */
const TENSOR = 4e6;
const SIDE = 2000;

/** A state of float32 tensors in host memory, and checkpoints of it. */
export class BenchState {
  readonly names: string[];
  readonly #values: Float32Array[];
  readonly #url: string;
  readonly #env: NodeJS.ProcessEnv;
  #step = 0;

  constructor(bytes: number, url: string, env: NodeJS.ProcessEnv) {
    this.names = Array.from({ length: Math.max(1, Math.round(bytes / 4 / TENSOR)) }, (_, i) => `llm.${i}`);
    // As python/checkpoint.py has them; no storage could compress them away.
    this.#values = this.names.map((_, i) => {
      const values = new Float32Array(TENSOR);
      let seed = i + 1;
      for (let j = 0; j < TENSOR; j++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        values[j] = seed / 2 ** 32;
      }
      return values;
    });
    this.#url = url;
    this.#env = env;
  }

  checkpointer(): AsyncCheckpointer {
    const tensors = this.names.map((name): StateTensor => ({
      name,
      part: 'llm',
      dtype: 'F32',
      shape: [SIDE, SIDE],
      trained: true,
    }));
    const index = new Map(this.names.map((name, i) => [name, i]));
    return new AsyncCheckpointer({
      url: this.#url,
      env: this.#env,
      rank: 0,
      world: 1,
      attempt: 'bench',
      tensors,
      read: (requests: readonly ReadRequest[]) => {
        for (const { tensor, begin, target } of requests) {
          const { buffer } = this.#values[index.get(tensor.name)!]!;
          target.set(new Uint8Array(buffer, begin, target.length));
        }
      },
    });
  }

  /** The next checkpoint replaces the one before. */
  async save(checkpointer: AsyncCheckpointer): Promise<void> {
    this.#step = 1;
    await checkpointer.save({
      id: 'bench',
      state: {
        stage: 3,
        step: this.#step,
        totalSteps: 10,
        seed: 1,
        schedule: {},
        rng: {},
        configHash: '',
        versions: {},
      },
      cursors: [],
    });
  }

  /** Reads all of it into place; returns its check. */
  async load(): Promise<number> {
    for (const values of this.#values) values[0] = NaN;
    const reader = await CheckpointReader.open(openStorage(this.#url, this.#env), '', 'bench');
    await reader!.read(this.names.map((name, i) => ({ name, target: this.#values[i]! })));
    return this.check;
  }

  get check(): number {
    return this.#values.reduce((sum, values) => sum + values[0]! + values[TENSOR - 1]!, 0);
  }

  async remove(): Promise<void> {
    if (this.#url.startsWith('file:')) await rm(new URL(this.#url), { recursive: true, force: true });
  }
}
