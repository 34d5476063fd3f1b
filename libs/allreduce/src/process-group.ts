import { connectGroup, type GroupOptions } from './connect.ts';
import { CollectiveEngine, type GroupStats } from './engine.ts';
import { CollectiveMismatchError, GroupAbortedError } from './errors.ts';
import type { CollectiveReport } from './flight-recorder.ts';
import { typedNumbers, type NumberBuffer, type TypedNumbers } from './buffers.ts';
import { allGather, allGatherBytes, barrier, broadcast } from './exchanges/copy.ts';
import { directBytes, segment, type Exchange } from './exchanges/exchange.ts';
import { directReduce, segmentReduce } from './exchanges/reduce.ts';
import { sharedReduce } from './exchanges/shared-reduce.ts';
import { decodeHalves, encodeHalves } from './kernels/convert.ts';
import { itemBytes, reduceRange, type ReduceOp } from './kernels/reduce.ts';
import { SharedArena, type ArenaOffer } from './shared/arena.ts';

export interface CallOptions {
  /** Names the call: ranks that call under different tags are told so. */
  tag?: string;
}

export interface ReduceOptions extends CallOptions {
  op?: ReduceOp;
}

export interface AllReduceOptions extends ReduceOptions {
  /**
   * Sends float32 as 16-bit floats: half the bytes, each contribution and the result rounded once (bf16: 8 bits of precision; f16: 11, infinite
   * above 65,504). The result is the same on every rank.
   */
  compression?: 'bf16' | 'f16';
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
  #arena: SharedArena | undefined;

  private constructor(options: GroupOptions) {
    this.groupId = options.groupId;
    this.generation = options.generation;
    this.rank = options.rank;
    this.world = options.world;
    this.#engine = new CollectiveEngine(options);
  }

  /**
   * Lets the ranks reduce large buffers in memory that they share, where all are on one Linux machine and may open each other's memory
   * (/dev/shm); elsewhere nothing changes. All ranks call it with the same sizes, once, before any such buffer is reduced.
   * @param o.staging bytes of the largest buffer that lies elsewhere: it is copied in and out
   * @param o.inPlace bytes for buffers made by {@link allocate}, which are reduced where they are
   * @returns whether memory is shared
   */
  async shareMemory(o: { staging?: number; inPlace?: number }): Promise<boolean> {
    const sizes = { staging: o.staging ?? 0, inPlace: o.inPlace ?? 0 };
    if (this.world === 1 || this.#arena) return this.#arena !== undefined;
    const arena = SharedArena.create(sizes, this.world);
    try {
      const tag = 'shared memory';
      const own: ArenaOffer = arena?.offer ?? { name: '', ...sizes };
      const offers = (await this.allGatherBytes(Buffer.from(JSON.stringify(own)), { tag })).map(
        (bytes) => JSON.parse(Buffer.from(bytes).toString()) as ArenaOffer,
      );
      const opened = arena?.open(offers, this.rank) ?? false;
      const answers = await this.allGatherBytes(Uint8Array.of(opened ? 1 : 0), { tag });
      if (arena && answers.every(([answer]) => answer === 1)) this.#arena = arena;
    } finally {
      arena?.hide();
      if (!this.#arena) arena?.close();
    }
    return this.#arena !== undefined;
  }

  /** A float32 buffer that collectives reduce where it is, in shared memory if there is any room for it. It stays valid after the group. */
  allocate(length: number): Float32Array {
    const place = this.#arena?.reserve(4 * length);
    if (place === undefined) return new Float32Array(length);
    return new Float32Array((this.#arena as SharedArena).memory, place, length);
  }

  /** The last 256 collectives, the one under way included, oldest first. */
  get flightRecord(): CollectiveReport[] {
    return this.#engine.recorder.reports;
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
  allReduce(buffer: NumberBuffer, o: AllReduceOptions = {}): Promise<void> {
    if (o.compression !== undefined && this.world > 1) return this.#compressed(buffer, o.compression, o);
    return this.#reduce(() => {
      const typed = typedNumbers(buffer);
      const reduction = checked(o, typed.dtype);
      if (this.world === 1) return undefined;
      const arena = this.#arena;
      const { byteLength } = typed.numbers;
      if (byteLength <= directBytes) return () => directReduce(typed, reduction, this);
      const inPlace = arena?.placeOf(typed.numbers) !== undefined;
      return arena && (inPlace || byteLength <= arena.offer.staging)
        ? () => sharedReduce(typed, reduction, this, arena)
        : () => segmentReduce(typed, reduction, this, this.#engine.staging);
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
    this.#arena?.close();
    this.#arena = undefined;
  }

  #compressed(buffer: NumberBuffer, dtype: 'bf16' | 'f16', o: ReduceOptions): Promise<void> {
    if (!(buffer instanceof Float32Array))
      return Promise.reject(new CollectiveMismatchError('only float32 buffers can be compressed'));
    const data = encodeHalves(dtype, buffer);
    return this.allReduce({ dtype, data }, { op: o.op, tag: o.tag }).then(() =>
      decodeHalves(dtype, data, buffer),
    );
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
