import { partOf, type HostTensors, type ReadState, type StateTensor } from '@ovis/checkpoint';
import type { Snapshot, StatePieces, StageTrainer, TrainerState } from '@ovis/training';

/** A trainer's state as a checkpoint wants it. */
export interface TrainerSource {
  /** What there is, the same list on every rank. */
  tensors: StateTensor[];
  /** What is trained only between `begin` and `end`. */
  read: ReadState;
  /** The state of this moment is wanted. All ranks call it. */
  begin(): Promise<TrainerState>;
  end(): void;
}

/** All ranks call it. */
export async function trainerSource(trainer: StageTrainer): Promise<TrainerSource> {
  const pieces = trainer.pieces();
  return pieces ? piecesSource(trainer, pieces) : new SnapshotSource(trainer, await trainer.snapshot());
}

/** Every rank reads its share where it lies. */
function piecesSource(trainer: StageTrainer, { pieces, read }: StatePieces): TrainerSource {
  return {
    tensors: pieces.map(({ name, shape, kind, range, owner }) => ({
      name,
      part: kind === 'moment' ? 'optimizer' : partOf(name),
      dtype: 'F32',
      shape,
      trained: kind !== 'frozen',
      range,
      owner,
    })),
    read: (requests) =>
      read(
        requests.map(({ tensor, begin, target }) => ({
          name: tensor.name,
          begin: 4 * (tensor.range?.begin ?? 0) + begin,
          target,
        })),
      ),
    begin: () => Promise.resolve(trainer.progress),
    end: () => undefined,
  };
}

/** The ranks collect the state from each other; every one of them has all of it for the time of the copy. */
class SnapshotSource implements TrainerSource {
  readonly tensors: StateTensor[];
  readonly #trainer: StageTrainer;
  readonly #frozen: HostTensors = {};
  #trained: HostTensors = {};

  constructor(trainer: StageTrainer, { params, optimizer }: Snapshot) {
    this.#trainer = trainer;
    const trained = new Set(trainer.trained);
    for (const [name, tensor] of Object.entries(params)) {
      // A view of the model, as long as that lives.
      if (!trained.has(name)) this.#frozen[name] = tensor;
    }
    const described = (tensors: HostTensors, part?: 'optimizer') =>
      Object.entries(tensors).map(([name, { dtype, shape }]): StateTensor => ({
        name,
        part: part ?? partOf(name),
        dtype,
        shape: [...shape],
        trained: part !== undefined || trained.has(name),
      }));
    this.tensors = [...described(params), ...described(optimizer, 'optimizer')];
  }

  async begin(): Promise<TrainerState> {
    const { params, optimizer, state } = await this.#trainer.snapshot();
    this.#trained = { ...params, ...optimizer };
    return state;
  }

  end(): void {
    this.#trained = {};
  }

  readonly read: ReadState = (requests) => {
    for (const { tensor, begin, target } of requests) {
      const { data } = (tensor.trained ? this.#trained : this.#frozen)[tensor.name]!;
      target.set(new Uint8Array(data.buffer, data.byteOffset + begin, target.length));
    }
  };
}
