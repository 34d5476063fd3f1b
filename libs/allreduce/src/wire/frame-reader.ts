import { checksum } from './crc.ts';
import { decodeHeader, headerBytes, type FrameHeader } from './frame.ts';

/** What a FrameReader reports to. */
export interface FrameSink {
  /** Where the payload goes: exactly `payloadBytes` long. */
  open(header: FrameHeader): Uint8Array;
  /** The payload is complete and its checksum is right. */
  done(header: FrameHeader, payload: Uint8Array): void;
  corrupt(what: string): void;
}

/** Headers and small frames are read into this; the rest of a larger payload goes straight to its place. */
const SCRATCH_BYTES = 16 * 1024;

/**
 * Cuts a byte stream into frames. The reader says where the next bytes go ({@link next}), so that sockets read payloads to where they
 * belong; it never asks for more than belongs there. Works for any cut of the stream.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Bytes of a header that are in the scratch. */
  #waiting = 0;
  /** The frame whose payload is being received. */
  #header: FrameHeader | undefined;
  #payload: Uint8Array | undefined;
  #filled = 0;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#stopped = true;
    this.#header = undefined;
    this.#payload = undefined;
    this.#waiting = 0;
  }

  /** Where the next bytes go; never empty. */
  next(): Uint8Array {
    if (this.#payload !== undefined) return this.#payload.subarray(this.#filled);
    return this.#waiting === 0 ? this.#scratch : this.#scratch.subarray(this.#waiting);
  }

  /** `bytes` bytes are where {@link next} said. */
  filled(bytes: number): void {
    if (this.#stopped) return;
    if (this.#payload === undefined) return this.#takeScratch(this.#waiting + bytes);
    this.#filled += bytes;
    if (this.#filled === this.#payload.byteLength) this.#finish();
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

  /** The scratch holds `end` bytes: frames, and at the end perhaps a piece of one. */
  #takeScratch(end: number): void {
    const scratch = this.#scratch;
    let at = 0;
    this.#waiting = 0;
    while (end - at >= headerBytes && !this.#stopped) {
      const header = decodeHeader(scratch, at);
      if (header === undefined) {
        const bytes = scratch.toString('hex', at, at + 16);
        this.stop();
        this.#sink.corrupt(`the header of a frame is damaged (it begins ${bytes})`);
        return;
      }
      at += headerBytes;
      const place = this.#sink.open(header);
      if (this.#stopped) return;
      this.#header = header;
      this.#payload = place;
      const take = Math.min(place.byteLength, end - at);
      if (take > 0) place.set(scratch.subarray(at, at + take));
      this.#filled = take;
      at += take;
      if (take < place.byteLength) return;
      this.#finish();
    }
    if (this.#stopped || at === end) return;
    scratch.copyWithin(0, at, end);
    this.#waiting = end - at;
  }

  #finish(): void {
    const header = this.#header as FrameHeader;
    const payload = this.#payload as Uint8Array;
    this.#header = undefined;
    this.#payload = undefined;
    const actual = checksum(payload);
    if (actual !== header.payloadCrc) {
      this.stop();
      const of = `${header.payloadBytes} bytes of ${header.collective} #${header.sequence}`;
      const hex = (crc: number) => (crc >>> 0).toString(16).padStart(8, '0');
      this.#sink.corrupt(
        `${of} have checksum ${hex(actual)} where the sender computed ${hex(header.payloadCrc)}`,
      );
      return;
    }
    this.#sink.done(header, payload);
  }
}
