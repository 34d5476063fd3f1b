import { connectGroup, type GroupOptions } from './connect.ts';
import { CollectiveEngine, type GroupStats } from './engine.ts';
import { CollectiveMismatchError, GroupAbortedError } from './errors.ts';
import { typedNumbers, type NumberBuffer, type TypedNumbers } from './buffers.ts';
import { allGather, allGatherBytes, barrier, broadcast } from './exchanges/copy.ts';
import { directBytes, segment, type Exchange } from './exchanges/exchange.ts';
import { directReduce, segmentReduce } from './exchanges/reduce.ts';
import { itemBytes, reduceRange, type ReduceOp } from './kernels/reduce.ts';

export interface CallOptions {
  /** Names the call: ranks that call under different tags are told so. */
  tag?: string;
}

export interface ReduceOptions extends CallOptions {
  op?: ReduceOp;
}

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

  /**
   * Reduces the buffers of all ranks in place: element by element in rank order 0, 1, 2 ..., so that the result is bitwise the same on every
   * rank and in every run. Default `sum`.
   * @throws CollectiveMismatchError (also when another rank calls something else), PeerLostError, CorruptFrameError, GroupAbortedError
   */
  allReduce(buffer: NumberBuffer, o: ReduceOptions = {}): Promise<void> {
    return this.#reduce(() => {
      const typed = typedNumbers(buffer);
      const reduction = checked(o, typed.dtype);
      if (this.world === 1) return undefined;
      const small = typed.numbers.byteLength <= directBytes;
      return () =>
        small
          ? directReduce(typed, reduction, this)
          : segmentReduce(typed, reduction, this, this.#engine.staging);
    });
  }

  /**
   * Reduces as {@link allReduce}, but every rank gets its own segment only, in `output`: elements `floor(n r / world)` to
   * `floor(n (r + 1) / world)` of `n`. `input` stays as it is.
   */
  reduceScatter(input: NumberBuffer, output: NumberBuffer, o: ReduceOptions = {}): Promise<void> {
    return this.#reduce(() => {
      const [from, to] = [typedNumbers(input), typedNumbers(output)];
      const reduction = checked(o, from.dtype);
      this.#checkSegment('reduceScatter', from, to, 'output');
      if (this.world === 1) {
        reduceRange(reduction.op, from.dtype, to.numbers, [from.numbers], 0, from.numbers.length);
        return undefined;
      }
      return () => segmentReduce(from, reduction, this, this.#engine.staging, to.numbers);
    });
  }

  /** Brings every rank's segment (as {@link reduceScatter} leaves it) into all ranks' `output`. */
  allGather(input: NumberBuffer, output: NumberBuffer, o: CallOptions = {}): Promise<void> {
    return this.#reduce(() => {
      const [from, to] = [typedNumbers(input), typedNumbers(output)];
      this.#checkSegment('allGather', to, from, 'input');
      if (this.world === 1) {
        to.numbers.set(from.numbers);
        return undefined;
      }
      return () => allGather(from.numbers, to, this, o.tag);
    });
  }

  /** Copies the root's bytes into every rank's buffer; all must have the same length. */
  broadcast(bytes: Uint8Array, root: number, o: CallOptions = {}): Promise<void> {
    return this.#reduce(() => {
      if (!Number.isInteger(root) || root < 0 || root >= this.world)
        throw new CollectiveMismatchError(`broadcast from rank ${root}, but the world has ${this.world}`);
      return this.world === 1 ? undefined : () => broadcast(bytes, root, this, o.tag);
    });
  }

  /** The bytes of all ranks, by rank; lengths may differ. */
  async allGatherBytes(bytes: Uint8Array, o: CallOptions = {}): Promise<Uint8Array[]> {
    const result: Uint8Array[] = [];
    if (this.world === 1) {
      await this.#alone();
      return [bytes.slice()];
    }
    await this.#engine.run(() => allGatherBytes(bytes, result, this, o.tag));
    return result;
  }

  /** Resolves when all ranks have called it. */
  barrier(o: CallOptions = {}): Promise<void> {
    return this.world === 1 ? this.#alone() : this.#engine.run(() => barrier(this, o.tag));
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

  /** Checks a call now, and runs what it needs of the others; nothing in a world of one. */
  #reduce(prepare: () => (() => Exchange) | undefined): Promise<void> {
    try {
      const make = prepare();
      return make ? this.#engine.run(make) : this.#alone();
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #checkSegment(collective: string, whole: TypedNumbers, part: TypedNumbers, name: string): void {
    const { begin, end } = segment(whole.numbers.length, this);
    if (part.dtype === whole.dtype && part.numbers.length === end - begin) return;
    throw new CollectiveMismatchError(
      `${collective} of ${whole.numbers.length} ${whole.dtype}: ${name} has ${part.numbers.length} ${part.dtype}, rank ${this.rank} of ${this.world} has ${end - begin} (${itemBytes[whole.dtype] * (end - begin)} bytes)`,
    );
  }

  async #alone(): Promise<void> {
    if (this.#engine.error) throw this.#engine.error;
    this.stats.collectives += 1;
  }
}

function checked({ op = 'sum', tag }: ReduceOptions, dtype: string): { op: ReduceOp; tag?: string } {
  if (op === 'mean' && dtype === 'i32')
    throw new CollectiveMismatchError('the mean of whole numbers is none: use sum, or float32');
  return { op, tag };
}
