import { connectGroup, type GroupOptions } from './connect.ts';
import { CollectiveEngine, type GroupStats } from './engine.ts';
import { CollectiveMismatchError, GroupAbortedError } from './errors.ts';
import * as exchanges from './exchange.ts';

/**
 * Collectives between the ranks of one generation of a group. Calls run one after the other in the order they are made,
 * which must be the same on all ranks. After any error the group is over: buffers of failed collectives hold
 * undefined values, and every later call fails with the same cause.
 */
export class ProcessGroup {
  readonly groupId: string;
  readonly generation: number;
  readonly rank: number;
  readonly world: number;
  readonly #engine: CollectiveEngine;

  private constructor(options: GroupOptions) {
    this.groupId = options.groupId;
    this.generation = options.generation;
    this.rank = options.rank;
    this.world = options.world;
    this.#engine = new CollectiveEngine(options);
  }

  get stats(): GroupStats {
    return this.#engine.stats;
  }

  /**
   * Connects to all ranks of the generation; resolves when every connection of this rank stands.
   * @throws JoinError, PeerLostError
   */
  static async join(options: GroupOptions): Promise<ProcessGroup> {
    const group = new ProcessGroup(options);
    const engine = group.#engine;
    await connectGroup(options, {
      events: (rank) => engine.eventsOf(rank),
      attach: (rank, link) => engine.attach(rank, link),
      failed: () => engine.error,
      giveUp: (error) => engine.fail(error),
    });
    return group;
  }

  /** Adds the buffers of all ranks, in rank order, in place: the result is bitwise equal on every rank. */
  allReduceSum(buffer: Float32Array): Promise<void> {
    if (this.world === 1) return this.#alone();
    const small = buffer.byteLength <= exchanges.directBytes;
    return this.#engine.run(() =>
      small
        ? exchanges.smallAllReduce(buffer, this)
        : exchanges.largeAllReduce(buffer, this, this.#engine.staging),
    );
  }

  /** Copies the root's bytes into every rank's buffer; all must have the same length. */
  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    if (!Number.isInteger(root) || root < 0 || root >= this.world) {
      return Promise.reject(
        new CollectiveMismatchError(`broadcast from rank ${root}, but the world has ${this.world}`),
      );
    }
    return this.world === 1 ? this.#alone() : this.#engine.run(() => exchanges.broadcast(bytes, root, this));
  }

  /** The bytes of all ranks, by rank; lengths may differ. */
  async allGather(bytes: Uint8Array): Promise<Uint8Array[]> {
    const result: Uint8Array[] = [];
    if (this.world === 1) {
      await this.#alone();
      return [bytes.slice()];
    }
    await this.#engine.run(() => exchanges.allGather(bytes, result, this));
    return result;
  }

  /** Resolves when all ranks have called it. */
  barrier(): Promise<void> {
    return this.world === 1 ? this.#alone() : this.#engine.run(() => exchanges.barrier(this));
  }

  /** Ends the group on all ranks: pending and later collectives fail there with GroupAbortedError and this message. */
  abort(reason: Error): void {
    void this.#engine.fail(
      new GroupAbortedError(`rank ${this.rank} aborted the group: ${reason.message}`, reason),
    );
  }

  /** Leaves the group. What this rank has sent still arrives; its pending collectives fail. Never rejects. */
  async close(): Promise<void> {
    await this.#engine.fail(new GroupAbortedError(`rank ${this.rank} closed the group`), { leaving: true });
  }

  async #alone(): Promise<void> {
    if (this.#engine.error) throw this.#engine.error;
    this.stats.collectives += 1;
  }
}
