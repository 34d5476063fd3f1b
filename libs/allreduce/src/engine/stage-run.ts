import { numbersOf } from '../buffers.ts';
import type { Channel, Combine, Stage } from '../algorithms/channel.ts';
import { reduceRange, type Numbers } from '../kernels/reduce.ts';

/** Bytes of one frame at most. */
export const FRAME_BYTES = 256 * 1024;

/** A message that is expected. */
interface Receive {
  /** All bytes of the message. */
  bytes: number;
  filled: number;
  /** Where it goes, or what it is reduced into. */
  target: Uint8Array | Numbers;
  how: Combine | undefined;
  then: (() => void) | undefined;
}

/** What a stage needs of the engine. Ranks are those of the group. */
export interface StageHost {
  rank: number;
  world: number;
  sendFrame(to: number, part: number, bytes: Uint8Array, written: () => void, crc?: number): void;
  sendReady(to: number, part: number): void;
  /** Everything of the stage that is due from a rank is here. */
  received(from: number): void;
  ended(stage: StageRun): void;
}

/** One stage of a collective under way on this rank: what it waits for, and what it may not send yet. */
export class StageRun implements Channel {
  readonly rank: number;
  readonly world: number;
  readonly part: number;
  /** Payload bytes by rank of the group: here, and all that is due. */
  readonly receivedBytes: number[] = [];
  readonly expectedBytes: number[] = [];
  readonly #host: StageHost;
  readonly #stage: Stage;
  readonly #members: readonly number[] | undefined;
  /** By rank of the group. */
  readonly #inbox: (Receive[] | undefined)[] = [];
  readonly #ready: boolean[] = [];
  readonly #held: ((() => void)[] | undefined)[] = [];
  /** Receives and sends that are not done, and 1 while the stage starts. */
  #pending = 1;

  constructor(host: StageHost, stage: Stage, part: number) {
    this.#host = host;
    this.#stage = stage;
    this.#members = stage.members;
    this.part = part;
    this.world = stage.members?.length ?? host.world;
    this.rank = stage.members ? stage.members.indexOf(host.rank) : host.rank;
  }

  start(): void {
    this.#stage.start(this);
  }

  /** After `start` and what came early. */
  started(): void {
    this.#done();
  }

  send(to: number, bytes: Uint8Array, crc?: number): void {
    const peer = this.#global(to);
    for (let at = 0; at < bytes.byteLength || at === 0; at += FRAME_BYTES) {
      const whole = bytes.byteLength <= FRAME_BYTES;
      const piece = whole ? bytes : bytes.subarray(at, at + FRAME_BYTES);
      this.#pending += 1;
      const go = () =>
        this.#host.sendFrame(peer, this.part, piece, () => this.#done(), whole ? crc : undefined);
      if (!this.#stage.large || this.#ready[peer]) go();
      else (this.#held[peer] ??= []).push(go);
    }
  }

  receive(from: number, target: Uint8Array, then?: () => void): void {
    this.#expect(from, { bytes: target.byteLength, filled: 0, target, how: undefined, then });
  }

  reduce(from: number, target: Numbers, how: Combine, then?: () => void): void {
    this.#expect(from, { bytes: target.byteLength, filled: 0, target, how, then });
  }

  /** The peer has begun the stage. */
  ready(from: number): void {
    this.#ready[from] = true;
    const held = this.#held[from];
    this.#held[from] = undefined;
    for (const go of held ?? []) go();
  }

  /** @returns where the payload of a frame goes; undefined when nothing of this length is due */
  open(from: number, payloadBytes: number, slot: Uint8Array): Uint8Array | undefined {
    const due = this.#inbox[from]?.[0];
    if (!due || payloadBytes > due.bytes - due.filled || (payloadBytes === 0) !== (due.bytes === 0))
      return undefined;
    return due.how
      ? slot.subarray(0, payloadBytes)
      : (due.target as Uint8Array).subarray(due.filled, due.filled + payloadBytes);
  }

  /** A frame is complete and checked. `placed`: it lies where {@link open} said. */
  arrived(from: number, payload: Uint8Array, placed: boolean): void {
    const inbox = this.#inbox[from] as Receive[];
    const due = inbox[0] as Receive;
    const { byteLength } = payload;
    if (due.how) {
      const { op, dtype, factor, into } = due.how;
      const target = due.target as Numbers;
      const item = target.BYTES_PER_ELEMENT;
      const pieceOf = (of: Numbers) =>
        of.subarray(due.filled / item, (due.filled + byteLength) / item) as Numbers;
      const here = pieceOf(target);
      const result = into ? pieceOf(into) : here;
      reduceRange(op, dtype, result, [numbersOf(payload, dtype), here], 0, here.length, factor);
    } else if (!placed) (due.target as Uint8Array).set(payload, due.filled);
    due.filled += byteLength;
    this.receivedBytes[from] = (this.receivedBytes[from] ?? 0) + byteLength;
    if (due.filled < due.bytes) return;
    inbox.shift();
    if (inbox.length === 0) this.#host.received(from);
    due.then?.();
    this.#done();
  }

  /** Ranks of the group that this rank waits for. */
  awaited(): number[] {
    const ranks = this.#members ?? Array.from({ length: this.#host.world }, (_, r) => r);
    return ranks.filter((r) => (this.#inbox[r]?.length ?? 0) > 0 || this.#held[r] !== undefined);
  }

  #expect(from: number, due: Receive): void {
    const peer = this.#global(from);
    this.#pending += 1;
    this.expectedBytes[peer] = (this.expectedBytes[peer] ?? 0) + due.bytes;
    const inbox = this.#inbox[peer];
    if (inbox) {
      inbox.push(due);
      return;
    }
    this.#inbox[peer] = [due];
    if (this.#stage.large) this.#host.sendReady(peer, this.part);
  }

  #global(rank: number): number {
    return this.#members ? (this.#members[rank] as number) : rank;
  }

  #done(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#host.ended(this);
  }
}
