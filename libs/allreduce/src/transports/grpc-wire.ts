import type { ClientDuplexStream, MethodDefinition, ServerDuplexStream } from '@grpc/grpc-js';
import type { Wire } from './wire.ts';

/** One message has about this much: larger ones cost memory, smaller ones time. */
const MESSAGE_BYTES = 1024 * 1024;
/** Of a Chunk: field 1, a byte string. */
const DATA_TAG = 0x0a;

/**
 * CollectiveService.Connect with bytes as they are: a Chunk is put together and taken apart here, since a copy of each payload by the generated
 * code would cost as much as the rest of the path.
 */
export const connectMethod: MethodDefinition<Buffer, Buffer> = {
  path: '/ovis.collective.v1.CollectiveService/Connect',
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes) => bytes,
  requestDeserialize: (bytes) => bytes,
  responseSerialize: (bytes) => bytes,
  responseDeserialize: (bytes) => bytes,
};

interface Waiting {
  bytes: Uint8Array;
  written: ((ok: boolean) => void) | undefined;
}

/** A stream of a gRPC call, from either end. */
export class GrpcWire implements Wire {
  readonly path = 'grpc';
  readonly remote: string;
  readonly #call: ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;
  readonly #cancel: () => void;
  /** What is written in one turn goes into messages together. */
  #waiting: Waiting[] = [];
  /** Callbacks of messages that the call has taken. */
  readonly #unwritten = new Set<(ok: boolean) => void>();
  #listeners: ((cause: string) => void)[] = [];
  #cause: string | undefined;

  /** @param cancel ends the call without a word */
  constructor(
    call: ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
    o: { remote: string; cancel(): void },
  ) {
    this.#call = call;
    this.remote = o.remote;
    this.#cancel = o.cancel;
  }

  write(bytes: Uint8Array, more?: Uint8Array, written?: (ok: boolean) => void): void {
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
    if (more) this.#waiting.push({ bytes, written: undefined }, { bytes: more, written });
    else this.#waiting.push({ bytes, written });
  }

  end(): void {
    this.#flush();
    this.#call.end();
  }

  destroy(): void {
    this.#waiting = [];
    this.#cancel();
    this.closed('it was closed here');
  }

  onClosed(listener: (cause: string) => void): void {
    if (this.#cause !== undefined) listener(this.#cause);
    else this.#listeners.push(listener);
  }

  /** The call is over. */
  closed(cause: string): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    for (const written of this.#unwritten) written(false);
    this.#unwritten.clear();
    for (const listener of this.#listeners.splice(0)) listener(cause);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    while (waiting.length > 0 && this.#cause === undefined) {
      let count = 0;
      let bytes = 0;
      while (count < waiting.length && (count === 0 || bytes < MESSAGE_BYTES)) {
        bytes += (waiting[count] as Waiting).bytes.byteLength;
        count += 1;
      }
      this.#send(waiting.splice(0, count), bytes);
    }
  }

  #send(parts: readonly Waiting[], bytes: number): void {
    const written = (ok: boolean) => {
      if (this.#unwritten.delete(written)) for (const part of parts) part.written?.(ok);
    };
    this.#unwritten.add(written);
    // A copy: the call serialises when it likes.
    this.#call.write(chunkOf(parts, bytes), () => written(true));
  }
}

function chunkOf(parts: readonly Waiting[], bytes: number): Buffer {
  const length: number[] = [];
  for (let rest = bytes; ; rest >>>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  const chunk = Buffer.allocUnsafe(1 + length.length + bytes);
  chunk[0] = DATA_TAG;
  chunk.set(length, 1);
  let at = 1 + length.length;
  for (const part of parts) {
    chunk.set(part.bytes, at);
    at += part.bytes.byteLength;
  }
  return chunk;
}

/** The data of a Chunk; undefined when it is none. */
export function dataOf(chunk: Buffer): Buffer | undefined {
  if (chunk.length === 0) return chunk;
  let length = 0;
  let at = 1;
  if (chunk.length === 1) return undefined;
  for (let shift = 0; at < chunk.length && shift < 35; shift += 7) {
    const byte = chunk[at] as number;
    at += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return chunk[0] === DATA_TAG && length === chunk.length - at ? chunk.subarray(at) : undefined;
}
