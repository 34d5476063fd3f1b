import { partOf, type HostTensors, type ReadState, type StateTensor } from '@ovis/checkpoint';
import type { Snapshot, StageTrainer } from '@ovis/training';

/** A trainer's state as a checkpoint wants it: what there is, and its bytes. */
export interface StateSource {
  tensors: StateTensor[];
  read: ReadState;
}

/** The state of a snapshot. What is not trained is a view of the model, and may be read for as long as that lives. */
export class SnapshotSource implements StateSource {
  readonly tensors: StateTensor[];
  #trained: HostTensors = {};
  readonly #frozen: HostTensors = {};
  readonly #names: ReadonlySet<string>;

  constructor(trainer: Pick<StageTrainer, 'trained'>, { params, optimizer }: Snapshot) {
    this.#names = new Set(trainer.trained);
    for (const [name, tensor] of Object.entries(params)) {
      if (!this.#names.has(name)) this.#frozen[name] = tensor;
    }
    this.tensors = [
      ...Object.entries(params).map(([name, { dtype, shape }]): StateTensor => ({
        name,
        part: partOf(name),
        dtype,
        shape: [...shape],
        trained: this.#names.has(name),
      })),
      ...Object.entries(optimizer).map(([name, { dtype, shape }]): StateTensor => ({
        name,
        part: 'optimizer',
        dtype,
        shape: [...shape],
        trained: true,
      })),
    ];
  }

  /** What the next checkpoint has. */
  take({ params, optimizer }: Snapshot): void {
    this.#trained = { ...params, ...optimizer };
  }

  /** It has been copied. */
  drop(): void {
    this.#trained = {};
  }

  readonly read: ReadState = (requests) => {
    for (const { tensor, begin, target } of requests) {
      const { data } = (tensor.trained ? this.#trained : this.#frozen)[tensor.name]!;
      target.set(new Uint8Array(data.buffer, data.byteOffset + begin, target.length));
    }
  };
}
