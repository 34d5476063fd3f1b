import type { FrameHeader } from './frame.ts';

/** One stream of a peer that is being received. */
interface Stream {
  target: Uint8Array;
  received: number;
  bytes: number;
}

/** What one peer sends for one collective. */
export class Incoming {
  /** Of the first frame; says which collective the peer runs. */
  readonly header: FrameHeader;
  /** Payload bytes received and verified, all phases. */
  received = 0;
  completed = 0;
  readonly #streams: (Stream | undefined)[] = [];

  constructor(header: FrameHeader) {
    this.header = header;
  }

  has(phase: number): boolean {
    return this.#streams[phase] !== undefined;
  }

  begin(phase: number, target: Uint8Array): void {
    this.#streams[phase] = { target, received: 0, bytes: target.byteLength };
  }

  /** Gives a stream that came early its final place. */
  move(phase: number, place: (bytes: number, early: Uint8Array) => Uint8Array | undefined): boolean {
    const stream = this.#streams[phase];
    if (!stream) return true;
    const target = place(stream.bytes, stream.target);
    if (!target) return false;
    stream.target = target;
    return true;
  }

  /** Memory for the payload of a frame, or undefined when the frame does not fit its stream. */
  slot({ phase, payloadBytes, streamBytes }: FrameHeader): Uint8Array | undefined {
    const stream = this.#streams[phase] as Stream;
    const end = stream.received + payloadBytes;
    const wrong =
      streamBytes !== stream.bytes || end > stream.bytes || (payloadBytes === 0 && stream.bytes > 0);
    return wrong ? undefined : stream.target.subarray(stream.received, end);
  }

  /** A frame is complete. @returns bytes of the stream that are there */
  advance({ phase }: FrameHeader, payload: Uint8Array): number {
    const stream = this.#streams[phase] as Stream;
    // The stream moved while this frame was on its way to the early place.
    if (payload.buffer !== stream.target.buffer) stream.target.set(payload, stream.received);
    stream.received += payload.byteLength;
    this.received += payload.byteLength;
    if (stream.received === stream.bytes) this.completed += 1;
    return stream.received;
  }

  /** Bytes of a stream that are there. */
  bytesOf(phase: number): number {
    return this.#streams[phase]?.received ?? 0;
  }
}
