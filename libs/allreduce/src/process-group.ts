import { typedNumbers, type NumberBuffer, type TypedNumbers } from './buffers.ts';
import type { Plan } from './algorithms/channel.ts';
import { chooseAlgorithm } from './algorithms/choose-algorithm.ts';
import { segment } from './algorithms/channel.ts';
import { direct } from './algorithms/direct.ts';
import { dissemination } from './algorithms/dissemination.ts';
import { doubling } from './algorithms/doubling.ts';
import { hierarchical } from './algorithms/hierarchical.ts';
import { int8 } from './algorithms/int8.ts';
import { gatherBytes, meshAllGather } from './algorithms/gather.ts';
import { mesh } from './algorithms/mesh.ts';
import { ring, ringAllGather, ringReduceScatter } from './algorithms/ring.ts';
import { ScratchPool, type Scratch } from './algorithms/scratch.ts';
import { shared } from './algorithms/shared.ts';
import { tree } from './algorithms/tree.ts';
import { debugTo } from './debug.ts';
import { CollectiveEngine, type GroupStats, type NamedCall } from './engine/engine.ts';
import type { CollectiveReport } from './engine/flight-recorder.ts';
import { CollectiveMismatchError, GroupAbortedError } from './errors.ts';
import { connectGroup, type GroupOptions } from './joining/connect.ts';
import { decodeHalves, encodeHalves } from './kernels/convert.ts';
import { space } from './kernels/space.ts';
import { itemBytes, reduceRange, type ReduceOp } from './kernels/reduce.ts';
import { SharedArena, type ArenaOffer } from './shared/arena.ts';
import type { AlgorithmName } from './wire/frame.ts';

export interface CallOptions {
  /** Names the call: ranks that call under different tags are told so. */
  tag?: string;
  /** How it is done, where that is possible; the same on all ranks. Default: by size and world. */
  algorithm?: AlgorithmName;
}

export interface ReduceOptions extends CallOptions {
  op?: ReduceOp;
}

export interface AllReduceOptions extends ReduceOptions {
  /**
   * Sends float32 as something smaller. The result is the same on every rank.
   * - `bf16`, `f16`: half the bytes; each contribution and the result are rounded once (bf16: 8 bits of precision; f16: 11, infinite above
   *   65,504).
   * - `int8`: a quarter of the bytes, sums and means only; a number is off by up to 1/254 of the largest of its block of 256, in each of the two.
   */
  compression?: 'bf16' | 'f16' | 'int8';
  /**
   * With `int8`: as long as the buffer, and the caller's own. What could not be sent is kept here and added the next time ("error feedback"),
   * so that it is not lost.
   */
  residual?: Float32Array;
}

/**
 * Collectives between the ranks of one generation of a group. Calls begin in the order they are made, which must be the same on all ranks, and
 * several are under way at once; each needs buffers of its own. After any error the group is over: buffers of failed collectives hold
 * undefined values, and every later call fails with the same cause.
 */
export class ProcessGroup {
  readonly groupId: string;
  readonly generation: number;
  readonly rank: number;
  readonly world: number;
  readonly #engine: CollectiveEngine;
  readonly #hosts: string[];
  readonly #wanted: AlgorithmName | undefined;
  readonly #scratch = new ScratchPool();
  readonly #debug: (line: string) => void;
  #arena: SharedArena | undefined;
  readonly #allocated: number[] = [];

  private constructor(options: GroupOptions) {
    this.groupId = options.groupId;
    this.generation = options.generation;
    this.rank = options.rank;
    this.world = options.world;
    this.#engine = new CollectiveEngine(options);
    this.#hosts = Array.from({ length: options.world }, () => options.listener.hostId);
    this.#wanted = options.algorithm;
    this.#debug = debugTo(options.log);
  }

  /**
   * Lets the ranks reduce large buffers in memory that they share, where all are on one Linux machine and may open each other's memory
   * (/dev/shm); elsewhere nothing changes. All ranks call it with the same sizes, once, before any such buffer is reduced.
   * @param o.staging bytes for buffers that lie elsewhere, which are copied in and out piece by piece; no more than 8 MiB are used
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

  /**
   * A float32 buffer, zeroed, that collectives work on where it is: in shared memory if there is room for it, else in memory of this library's
   * kernels, which saves copies. It is valid until the group is closed, whose memory is then used again.
   */
  allocate(length: number): Float32Array {
    const { buffer, allocate } = space();
    const shared = this.#arena?.reserve(4 * length);
    if (shared !== undefined) return new Float32Array(buffer, shared, length);
    const at = allocate(4 * length);
    if (at === undefined) return new Float32Array(length);
    this.#allocated.push(at);
    return new Float32Array(buffer, at, length).fill(0);
  }

  /** The last 256 collectives, those under way included, oldest first. */
  get flightRecord(): CollectiveReport[] {
    return this.#engine.recorder.reports;
  }

  get stats(): GroupStats {
    return this.#engine.stats;
  }

  /** What each rank's messages come over: "unix", "tcp", "tls" or "grpc"; undefined for this rank. */
  get paths(): (string | undefined)[] {
    return this.#engine.links.map((link) => link?.paths.receive);
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
      located: (rank, host) => (group.#hosts[rank] = host),
      failed: () => engine.error,
      giveUp: (error) => engine.fail(error),
    });
    engine.joined();
    return group;
  }

  /**
   * Reduces the buffers of all ranks in place. Default `sum`. The result is bitwise the same on every rank and in every run with the same ranks.
   * @throws CollectiveMismatchError (also when another rank calls something else), PeerLostError, CorruptFrameError, GroupAbortedError
   */
  allReduce(buffer: NumberBuffer, o: AllReduceOptions = {}): Promise<void> {
    if (o.compression !== undefined && this.world > 1) return this.#compressed(buffer, o.compression, o);
    return this.#call(() => {
      const typed = typedNumbers(buffer);
      const op = checkedOp(o, typed.dtype);
      const call = this.#named('allReduce', typed, o, op);
      return { call, plan: (scratch) => this.#allReducePlan(typed, op, o, scratch) };
    });
  }

  #allReducePlan(typed: TypedNumbers, op: ReduceOp, o: CallOptions, scratch: Scratch): Plan {
    switch (this.#choose('allReduce', typed, o)) {
      case 'direct':
        return direct(typed, op);
      case 'doubling':
        return doubling(typed, op);
      case 'ring':
        return ring(typed, op);
      case 'hierarchical':
        return hierarchical(typed, { op, scratch, rank: this.rank, hosts: this.#hosts });
      case 'shared':
        return shared(typed, op, this.#arena as SharedArena);
      default:
        return mesh(typed, { op, scratch });
    }
  }

  /**
   * Reduces as {@link allReduce}, but every rank gets its own segment only, in `output`: elements `floor(n r / world)` to
   * `floor(n (r + 1) / world)` of `n`. `input` stays as it is.
   */
  reduceScatter(input: NumberBuffer, output: NumberBuffer, o: ReduceOptions = {}): Promise<void> {
    return this.#call(() => {
      const [from, to] = [typedNumbers(input), typedNumbers(output)];
      const op = checkedOp(o, from.dtype);
      this.#checkSegment('reduceScatter', from, to, 'output');
      if (this.world === 1) reduceRange(op, from.dtype, to.numbers, [from.numbers], 0, from.numbers.length);
      return {
        call: this.#named('reduceScatter', from, o, op),
        plan: (scratch) =>
          this.#choose('reduceScatter', from, o) === 'ring'
            ? ringReduceScatter(from, { op, output: to.numbers, scratch })
            : mesh(from, { op, scratch, output: to.numbers }),
      };
    });
  }

  /** Brings every rank's segment (as {@link reduceScatter} leaves it) into all ranks' `output`. */
  allGather(input: NumberBuffer, output: NumberBuffer, o: CallOptions = {}): Promise<void> {
    return this.#call(() => {
      const [from, to] = [typedNumbers(input), typedNumbers(output)];
      this.#checkSegment('allGather', to, from, 'input');
      const { begin } = segment(to.numbers.length, this);
      to.numbers.set(from.numbers, begin);
      return {
        call: this.#named('allGather', to, o),
        plan: () =>
          this.#choose('allGather', to, o) === 'ring' ? ringAllGather(to.numbers) : meshAllGather(to.numbers),
      };
    });
  }

  /** Copies the root's bytes into every rank's buffer; all must have the same length. */
  broadcast(bytes: Uint8Array, root: number, o: CallOptions = {}): Promise<void> {
    return this.#call(() => {
      if (!Number.isInteger(root) || root < 0 || root >= this.world)
        throw new CollectiveMismatchError(`broadcast from rank ${root}, but the world has ${this.world}`);
      const call: NamedCall = { collective: 'broadcast', totalBytes: bytes.byteLength, root, tag: o.tag };
      return { call, plan: () => tree(bytes, root) };
    });
  }

  /** The bytes of all ranks, by rank; lengths may differ. */
  async allGatherBytes(bytes: Uint8Array, o: CallOptions = {}): Promise<Uint8Array[]> {
    const result: Uint8Array[] = [bytes];
    await this.#call(() => ({
      call: { collective: 'allGatherBytes', totalBytes: 0, root: 0, tag: o.tag },
      plan: () => gatherBytes(bytes, result),
    }));
    return this.world === 1 ? [bytes.slice()] : result;
  }

  /** Resolves when all ranks have called it. */
  barrier(o: CallOptions = {}): Promise<void> {
    return this.#call(() => ({
      call: { collective: 'barrier', totalBytes: 0, root: 0, tag: o.tag },
      plan: () => dissemination(),
    }));
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
    this.#scratch.clear();
    for (const at of this.#allocated.splice(0)) space().free(at);
  }

  #compressed(
    buffer: NumberBuffer,
    to: 'bf16' | 'f16' | 'int8',
    { op, tag, residual }: AllReduceOptions,
  ): Promise<void> {
    if (!(buffer instanceof Float32Array))
      return Promise.reject(new CollectiveMismatchError('only float32 buffers can be compressed'));
    if (to === 'int8') return this.#int8(buffer, { op, tag, residual });
    const data = encodeHalves(to, buffer);
    return this.allReduce({ dtype: to, data }, { op, tag }).then(() => decodeHalves(to, data, buffer));
  }

  #int8(buffer: Float32Array, o: AllReduceOptions): Promise<void> {
    return this.#call(() => {
      const { op = 'sum', residual } = o;
      if (op !== 'sum' && op !== 'mean')
        throw new CollectiveMismatchError(`int8 compression is for sums and means, not for ${op}`);
      if (residual && residual.length !== buffer.length)
        throw new CollectiveMismatchError(
          `the residual has ${residual.length} numbers, the buffer ${buffer.length}`,
        );
      const typed = typedNumbers(buffer);
      return {
        call: this.#named('allReduce', typed, o, op),
        plan: (scratch) => int8(buffer, { op, residual, scratch }),
      };
    });
  }

  /** Checks a call now and runs it; a world of one needs nothing of others. */
  #call(prepare: () => { call: NamedCall; plan(scratch: Scratch): Plan }): Promise<void> {
    try {
      const { call, plan } = prepare();
      if (this.world === 1) return this.#alone();
      const scratch = this.#scratch.open();
      const made = plan(scratch);
      const end = () => {
        made.end?.();
        scratch.close();
      };
      return this.#engine.run(call, { ...made, end });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #named(
    collective: NamedCall['collective'],
    { dtype, numbers }: TypedNumbers,
    { tag }: CallOptions,
    op?: ReduceOp,
  ): NamedCall {
    return { collective, totalBytes: numbers.byteLength, root: 0, dtype, op, tag };
  }

  #choose(
    collective: NamedCall['collective'],
    { dtype, numbers }: TypedNumbers,
    o: CallOptions,
  ): AlgorithmName {
    const bytes = numbers.byteLength;
    const arena = this.#arena;
    const { algorithm, reason } = chooseAlgorithm({
      ...{ collective, bytes, world: this.world, dtype, hosts: this.#hosts },
      shared: arena !== undefined && (arena.stages || arena.placeOf(numbers) !== undefined),
      wanted: o.algorithm ?? this.#wanted,
    });
    this.#debug(`${this.groupId}: ${collective} of ${bytes} bytes by ${algorithm}: ${reason}`);
    return algorithm;
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

function checkedOp({ op = 'sum' }: ReduceOptions, dtype: string): ReduceOp {
  if (op === 'mean' && dtype === 'i32')
    throw new CollectiveMismatchError('the mean of whole numbers is none: use sum, or float32');
  return op;
}
