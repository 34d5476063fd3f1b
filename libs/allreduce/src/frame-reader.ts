import { checksum, decodeHeader, headerBytes, type FrameHeader } from './frame.ts';

/** What a FrameReader reports to. */
export interface FrameSink {
  /** Where the payload goes: exactly `payloadBytes` long. */
  open(header: FrameHeader): Uint8Array;
  /** The payload is complete and its checksum is right. */
  done(header: FrameHeader, payload: Uint8Array): void;
  corrupt(what: string): void;
}

/**
 * Cuts a byte stream into frames; payloads are copied straight to where they belong. Works for any cut of the stream and
 * never keeps the chunks it is fed, so the socket may reuse them.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #headerBuffer = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #header: FrameHeader | undefined;
  #payload: Uint8Array | undefined;
  #payloadFilled = 0;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#stopped = true;
    this.#payload = undefined;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && !this.#stopped) {
      at += this.#header === undefined ? this.#takeHeader(chunk, at) : this.#takePayload(chunk, at);
    }
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    const take = Math.min(headerBytes - this.#headerFilled, chunk.byteLength - at);
    this.#headerBuffer.set(chunk.subarray(at, at + take), this.#headerFilled);
    this.#headerFilled += take;
    if (this.#headerFilled < headerBytes) return take;
    this.#headerFilled = 0;
    this.#header = decodeHeader(this.#headerBuffer);
    if (this.#header === undefined) {
      const bytes = this.#headerBuffer.toString('hex', 0, 16);
      this.stop();
      this.#sink.corrupt(`the header of a frame is damaged (it begins ${bytes})`);
      return take;
    }
    this.#openPayload();
    return take;
  }

  #openPayload(): void {
    const header = this.#header as FrameHeader;
    const place = this.#sink.open(header);
    if (this.#stopped) return;
    this.#payload = place;
    this.#payloadFilled = 0;
    if (header.payloadBytes === 0) this.#finish();
  }

  #takePayload(chunk: Uint8Array, at: number): number {
    const payload = this.#payload as Uint8Array;
    const take = Math.min(payload.byteLength - this.#payloadFilled, chunk.byteLength - at);
    payload.set(
      at === 0 && take === chunk.byteLength ? chunk : chunk.subarray(at, at + take),
      this.#payloadFilled,
    );
    this.#payloadFilled += take;
    if (this.#payloadFilled === payload.byteLength) this.#finish();
    return take;
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
