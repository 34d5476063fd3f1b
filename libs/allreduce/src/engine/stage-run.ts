import type { Channel, Reduction, Stage } from '../algorithms/channel.ts';
import { bytesOf } from '../buffers.ts';
import { combine, isHashed, type Numbers } from '../kernels/reduce.ts';
import { FRAME_BYTES } from '../kernels/slots.ts';
import { inSpace } from '../kernels/space.ts';
import { wrongChecksum, type Frame } from '../wire/frame-reader.ts';
import { copiedParcel, goesAlone, parcelOf, slotParcel, type FrameOf, type Parcel } from './parcel.ts';

/** A message that is expected. */
interface Receive {
  /** Of the message, and those of them that have come. */
  bytes: number;
  filled: number;
  /** Where it goes; of a reduction, where the result goes. */
  target: Uint8Array;
  reduction: Reduction | undefined;
  to: readonly number[];
  then: (() => void) | undefined;
}

/** What a stage needs of the engine. Ranks are those of the group. */
export interface StageHost {
  rank: number;
  world: number;
  /** Which frames are the stage's, and how many collectives have begun. */
  of: FrameOf;
  begun(): number;
  send(to: number, bytes: Uint8Array, sent: () => void): void;
  /** Whether a frame can go out at once. */
  hasRoom(to: number): boolean;
  forward(to: number, parcel: Parcel, written?: () => void): void;
  sendReady(to: number): void;
  /** What came from a rank is not what it sent. */
  corrupt(from: number, what: string): void;
  /** Everything of the stage that is due from a rank is here. */
  received(from: number): void;
  ended(stage: StageRun): void;
}

const nobody: readonly number[] = [];

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
  readonly #held: (Uint8Array[] | undefined)[] = [];
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

  send(to: number, bytes: Uint8Array): void {
    const peer = this.#global(to);
    for (let at = 0; at < bytes.byteLength || at === 0; at += FRAME_BYTES) {
      this.#pending += 1;
      const piece = bytes.byteLength <= FRAME_BYTES ? bytes : bytes.subarray(at, at + FRAME_BYTES);
      if (this.#mayGo(peer)) this.#host.send(peer, piece, this.#done);
      else (this.#held[peer] ??= []).push(piece);
    }
  }

  sendAll(to: readonly number[], bytes: Uint8Array): void {
    if (to.length < 2 || bytes.byteLength > FRAME_BYTES || !this.#roomFor(to)) {
      for (const peer of to) this.send(peer, bytes);
      return;
    }
    const { of } = this.#host;
    if (goesAlone(bytes)) return this.#forward(to, parcelOf(of, bytes, this.#host.begun()));
    const parcel = copiedParcel(of, bytes, this.#host.begun());
    this.#forward(to, parcel);
    parcel.slot.release();
  }

  receive(from: number, target: Uint8Array, o: { to?: readonly number[]; then?: () => void } = {}): void {
    const { to = nobody, then } = o;
    this.#expect(from, { bytes: target.byteLength, filled: 0, target, reduction: undefined, to, then });
  }

  reduce(from: number, reduction: Reduction): void {
    const { own, into = own, to } = reduction;
    const target = bytesOf(into);
    const next = to === undefined ? nobody : [to];
    this.#expect(from, { bytes: own.byteLength, filled: 0, target, reduction, to: next, then: undefined });
  }

  /** The peer has begun the stage. */
  ready(from: number): void {
    this.#ready[from] = true;
    const held = this.#held[from];
    this.#held[from] = undefined;
    for (const piece of held ?? []) this.#host.send(from, piece, this.#done);
  }

  /** Where the payload of the next frame from a rank goes, if it can be read there at once. */
  place(from: number, payloadBytes: number): Uint8Array | undefined {
    const due = this.#due(from, payloadBytes);
    if (!due || due.reduction || !inSpace(due.target)) return undefined;
    return due.target.subarray(due.filled, due.filled + payloadBytes);
  }

  /** Whether the payload of the next frame from a rank is checked as it is summed, and need not be before. */
  checks(from: number, payloadBytes: number): boolean {
    const reduction = this.#due(from, payloadBytes)?.reduction;
    return reduction !== undefined && isHashed(reduction.own, reduction);
  }

  /** A frame of the stage. @returns whether it was due */
  arrived(from: number, frame: Frame): boolean {
    const { byteLength } = frame.payload;
    const due = this.#due(from, byteLength);
    if (!due) return false;
    const inbox = this.#inbox[from] as Receive[];
    const damage = this.#take(due, frame);
    if (damage) {
      this.#host.corrupt(from, damage);
      return true;
    }
    due.filled += byteLength;
    this.receivedBytes[from] = (this.receivedBytes[from] ?? 0) + byteLength;
    if (due.filled < due.bytes) return true;
    inbox.shift();
    if (inbox.length === 0) this.#host.received(from);
    due.then?.();
    this.#done();
    return true;
  }

  /** Ranks of the group that this rank waits for. */
  awaited(): number[] {
    const ranks = this.#members ?? Array.from({ length: this.#host.world }, (_, r) => r);
    return ranks.filter((r) => (this.#inbox[r]?.length ?? 0) > 0 || this.#held[r] !== undefined);
  }

  /** The message that a frame from a rank belongs to. */
  #due(from: number, payloadBytes: number): Receive | undefined {
    const due = this.#inbox[from]?.[0];
    if (!due || payloadBytes > due.bytes - due.filled) return undefined;
    return (payloadBytes === 0) === (due.bytes === 0) ? due : undefined;
  }

  /**
   * Reduces a frame where it lies, brings it to its place, and passes it on: at once, from where it lies, if the next rank can take it.
   * @returns what is wrong with a frame whose checksum is not right
   */
  #take(due: Receive, { header, payload, slot, begin }: Frame): string | undefined {
    const { reduction, filled, to } = due;
    const { byteLength } = payload;
    const target = due.target.subarray(filled, filled + byteLength);
    const now = to.length > 0 && this.#roomFor(to);
    const { of } = this.#host;
    const begun = this.#host.begun();
    if (!slot) {
      if (now) this.#forward(to, parcelOf(of, target, begun, header.checksum));
    } else if (!reduction) {
      target.set(payload);
      const lies = { slot, begin, payloadBytes: byteLength, checksum: header.checksum };
      if (now) this.#forward(to, slotParcel(of, lies, begun));
    } else {
      const keep = !now || reduction.keep !== false;
      // What stays here and is large goes out from where it stays; else the slot goes out, and what stays is a copy.
      const stays = keep && goesAlone(target);
      const sums = this.#reduce(reduction, filled, payload, stays ? target : payload);
      if (sums && sums.incoming !== header.checksum) return wrongChecksum(header, sums.incoming);
      const checksum = sums?.result;
      if (keep && !stays) target.set(payload);
      if (now && stays) this.#forward(to, parcelOf(of, target, begun, checksum));
      else if (now)
        this.#forward(to, slotParcel(of, { slot, begin, payloadBytes: byteLength, checksum }, begun));
    }
    if (!now) for (const peer of to) this.send(peer, target);
    return undefined;
  }

  /** Reduces `payload`, which begins `filled` bytes into the message, to `result`. @returns the checksums of both, where they cost nothing */
  #reduce(reduction: Reduction, filled: number, payload: Uint8Array, result: Uint8Array) {
    const { own } = reduction;
    const item = own.BYTES_PER_ELEMENT;
    const here = own.subarray(filled / item, (filled + payload.byteLength) / item) as Numbers;
    return combine(payload.byteOffset, here, reduction, result.byteOffset);
  }

  #forward(to: readonly number[], parcel: Parcel): void {
    for (const rank of to) {
      // A slot is kept by who sends it; what lies elsewhere must stay until it is written.
      if (!parcel.slot) this.#pending += 1;
      this.#host.forward(this.#global(rank), parcel, parcel.slot ? undefined : this.#done);
    }
  }

  #roomFor(to: readonly number[]): boolean {
    return to.every((rank) => {
      const peer = this.#global(rank);
      return !this.#stage.large || (this.#ready[peer] === true && this.#host.hasRoom(peer));
    });
  }

  #mayGo(peer: number): boolean {
    return !this.#stage.large || this.#ready[peer] === true;
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
    if (this.#stage.large) this.#host.sendReady(peer);
  }

  #global(rank: number): number {
    return this.#members ? (this.#members[rank] as number) : rank;
  }

  readonly #done = (): void => {
    this.#pending -= 1;
    if (this.#pending === 0) this.#host.ended(this);
  };
}
