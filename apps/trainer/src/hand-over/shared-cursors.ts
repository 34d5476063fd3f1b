import type { ProcessGroup } from '@ovis/allreduce';
import type { MicroBatch, StageBatch, StepResult } from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';

type Gather = Pick<ProcessGroup, 'allGatherBytes' | 'world'>;

/** What the step loop needs of a trainer. */
interface Steps {
  readonly stepsDone: number;
  step(microBatches: readonly MicroBatch[], o?: { requestStop?: boolean }): Promise<StepResult>;
}

/**
 * Lets every rank know where the lanes of all ranks stand after each step: then any of them can go on, in a gang of another size too, without
 * those that are gone. The cursors of a step travel beside its gradients.
 */
export class SharedCursors {
  readonly #group: Gather;
  readonly #ownOf = new WeakMap<readonly MicroBatch[], LaneCursor[]>();
  #all: LaneCursor[] | undefined;

  /** @param known cursors of all lanes at the step that training goes on from */
  constructor(group: Gather, known?: LaneCursor[]) {
    this.#group = group;
    this.#all = known;
  }

  /** Of all lanes, behind the last step that was done; undefined when they are not known. */
  get all(): LaneCursor[] | undefined {
    return this.#all;
  }

  /** Remembers where this rank's lanes stand behind each batch. */
  async *remember(
    batches: AsyncIterable<StageBatch<LaneCursor[]>>,
  ): AsyncGenerator<StageBatch<LaneCursor[]>, void> {
    for await (const batch of batches) {
      if (batch.cursor !== undefined) this.#ownOf.set(batch.microBatches, batch.cursor);
      yield batch;
    }
  }

  /** The trainer, with the cursors of its batches exchanged beside every step. */
  beside<T extends Steps>(trainer: T): T {
    const step: Steps['step'] = async (microBatches, o) => {
      const gathered = this.#gather(this.#ownOf.get(microBatches));
      // Whether the step fails decides; what fails with it is no news.
      gathered.catch(() => {});
      const before = trainer.stepsDone;
      try {
        const result = await trainer.step(microBatches, o);
        this.#all = await gathered;
        return result;
      } catch (error) {
        // The weights may have made the step although this rank has not heard of all cursors.
        if (trainer.stepsDone !== before) this.#all = await gathered.catch(() => undefined);
        throw error;
      }
    };
    return new Proxy(trainer, {
      get: (target, name) => {
        if (name === 'step') return step;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async #gather(own: LaneCursor[] | undefined): Promise<LaneCursor[] | undefined> {
    if (own === undefined) return undefined;
    if (this.#group.world === 1) return own;
    const all = await this.#group.allGatherBytes(Buffer.from(JSON.stringify(own)), { tag: 'cursors' });
    return all.flatMap((bytes) => JSON.parse(Buffer.from(bytes).toString()) as LaneCursor[]);
  }
}
