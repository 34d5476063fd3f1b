import { SLOT_BYTES, takeSlot, type Slot } from '../kernels/slots.ts';
import { space } from '../kernels/space.ts';
import { checksum } from './crc.ts';
import { decodeHeader, FrameType, headerBytes, type FrameHeader } from './frame.ts';

/** A frame that is complete and whose checksum is right, unless the sink checks it. Valid during the call that brings it, or longer with `slot.retain()`. */
export interface Frame {
  header: FrameHeader;
  payload: Uint8Array;
  /** What the frame lies in; undefined: its payload is where {@link FrameSink.place} wanted it. */
  slot?: Slot;
  /** Where in the slot its header begins. */
  begin: number;
}

/** What a FrameReader reports to. */
export interface FrameSink {
  /**
   * Asked for large payloads: memory of their length in the space, into which they are read at once, before their checksum is known. Default:
   * they are handed on in a slot.
   */
  place?(header: FrameHeader): Uint8Array | undefined;
  /** Whether the sink compares the checksum of a payload in a slot itself, as it reads it. Default: it does not. */
  checks?(header: FrameHeader): boolean;
  frame(frame: Frame): void;
  corrupt(what: string): void;
}

/** Payloads from this size on may be read to their place. */
const PLACED_BYTES = 32 * 1024;
/** Where one payload went to its place the next may, too: no more than this is read with its header. */
const SHORT_READ = 8 * 1024;

/**
 * Cuts a byte stream into frames. Bytes are read into a slot ({@link next} says where), and frames are handed on where they lie; but large
 * payloads are read to where they belong, if that is known. It never asks for more than belongs there. Works for any cut of the stream.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  #slot = takeSlot();
  /** The slot holds bytes [begin, end) of the stream that are not handed on. */
  #begin = 0;
  #end = 0;
  /** Of the frame that begins at `begin`. */
  #header: FrameHeader | undefined;
  /** Where its payload goes, if not to the slot, and how much of it is there. */
  #target: Uint8Array | undefined;
  #filled = 0;
  #limit = SLOT_BYTES;
  #closed = false;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#stopped = true;
    this.#target = undefined;
    this.#begin = this.#end = 0;
  }

  /** Nothing is read any more: gives its memory back. */
  close(): void {
    this.stop();
    if (!this.#closed) this.#slot.release();
    this.#closed = true;
  }

  /** Where the next bytes go; never empty. */
  next(): Uint8Array {
    if (this.#target) return this.#target.subarray(this.#filled);
    return this.#slot.memory.subarray(this.#end, this.#end + this.#limit);
  }

  /** `bytes` bytes are where {@link next} said. */
  filled(bytes: number): void {
    if (this.#stopped) return;
    if (this.#target) {
      this.#filled += bytes;
      if (this.#filled === this.#target.byteLength) this.#handOnPlaced(this.#target);
      return;
    }
    this.#end += bytes;
    while (!this.#stopped && this.#end - this.#begin >= (this.#header ? this.#frameBytes() : headerBytes)) {
      if (this.#header) this.#handOn(this.#header);
      else this.#takeHeader();
    }
    if (this.#stopped) return;
    if (this.#header && this.#header.payloadBytes >= PLACED_BYTES) this.#place(this.#header);
    if (!this.#target) this.#makeRoom();
  }

  /** Bytes that lie elsewhere; `chunk` may be reused after the call. */
  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.byteLength && !this.#stopped;) {
      const place = this.next();
      const take = Math.min(place.byteLength, chunk.byteLength - at);
      place.set(chunk.subarray(at, at + take));
      at += take;
      this.filled(take);
    }
  }

  #frameBytes(): number {
    return headerBytes + (this.#header as FrameHeader).payloadBytes;
  }

  #takeHeader(): void {
    this.#header = decodeHeader(this.#slot.memory, this.#begin);
    if (this.#header === undefined) {
      const bytes = this.#slot.memory.toString('hex', this.#begin, this.#begin + 16);
      return this.#corrupt(`the header of a frame is damaged (it begins ${bytes})`);
    }
    if (this.#frameBytes() > SLOT_BYTES)
      this.#corrupt(`a frame of type ${this.#header.type} claims ${this.#header.payloadBytes} bytes`);
  }

  #handOn(header: FrameHeader): void {
    const slot = this.#slot;
    const begin = this.#begin;
    this.#header = undefined;
    this.#limit = SLOT_BYTES;
    this.#begin += headerBytes + header.payloadBytes;
    const payload = slot.memory.subarray(begin + headerBytes, this.#begin);
    if (this.#sink.checks?.(header) || this.#isRight(header, payload))
      this.#sink.frame({ header, payload, slot, begin });
  }

  #handOnPlaced(payload: Uint8Array): void {
    const header = this.#header as FrameHeader;
    this.#header = undefined;
    this.#target = undefined;
    this.#limit = SHORT_READ;
    if (this.#isRight(header, payload)) this.#sink.frame({ header, payload, begin: 0 });
  }

  #isRight(header: FrameHeader, payload: Uint8Array): boolean {
    const { byteOffset, byteLength } = payload;
    const data = header.type === FrameType.DATA;
    const actual = data ? space().kernels.hash(byteOffset, byteLength) >>> 0 : checksum(payload);
    if (actual === header.checksum) return true;
    this.#corrupt(wrongChecksum(header, actual));
    return false;
  }

  /** The payload of the frame that has begun to arrive goes to its place, if it has one. */
  #place(header: FrameHeader): void {
    const target = this.#sink.place?.(header);
    if (!target) return;
    const from = this.#begin + headerBytes;
    target.set(this.#slot.memory.subarray(from, this.#end));
    this.#target = target;
    this.#filled = this.#end - from;
    this.#begin = this.#end;
    this.#makeRoom();
  }

  /** Bytes of a frame that is not complete must have room behind them, and a slot that somebody keeps must not be written to. */
  #makeRoom(): void {
    const { memory, shared } = this.#slot;
    const left = this.#end - this.#begin;
    const needed = this.#header && !this.#target ? this.#frameBytes() : headerBytes;
    if (shared) {
      const slot = takeSlot();
      if (left > 0) memory.copy(slot.memory, 0, this.#begin, this.#end);
      this.#slot.release();
      this.#slot = slot;
    } else if (left === 0 || this.#begin + needed > SLOT_BYTES) {
      if (left > 0 && this.#begin > 0) memory.copyWithin(0, this.#begin, this.#end);
    } else return;
    this.#begin = 0;
    this.#end = left;
  }

  #corrupt(what: string): void {
    this.stop();
    this.#sink.corrupt(what);
  }
}

/** What to say of a payload that is not what was sent. */
export function wrongChecksum(header: FrameHeader, actual: number): string {
  const of = `${header.payloadBytes} bytes of ${header.collective} #${header.sequence}`;
  const hex = (sum: number) => sum.toString(16).padStart(8, '0');
  return `${of} have checksum ${hex(actual)} where the sender computed ${hex(header.checksum)}`;
}
