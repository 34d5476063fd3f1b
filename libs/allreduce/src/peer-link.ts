import type { Socket } from 'node:net';
import {
  checksum,
  controlFrame,
  encodeHeader,
  FrameType,
  headerBytes,
  maxControlBytes,
  type FrameHeader,
} from './frame.ts';
import { FrameReader } from './frame-reader.ts';

/** Payload bytes of one frame: small enough to reduce one while the next arrives. A multiple of 4. */
export const frameBytes = 256 * 1024;
/** Frames handed to the socket and not yet written. More would only hide how far the peer really is. */
const window = 4;
/** Payloads up to this size are copied behind their header and go out as one buffer. */
const copyBytes = 8 * 1024;
/** How long a link may take to say its last word before the socket is destroyed. */
const lingerMs = 500;

export interface LinkEvents {
  /** A frame of a collective: where its payload goes. */
  open(header: FrameHeader): Uint8Array;
  data(header: FrameHeader, payload: Uint8Array): void;
  control(type: number, body: unknown): void;
  corrupt(what: string): void;
  /** The connection is gone. Called once. */
  closed(cause: string): void;
}

type OutgoingHeader = Omit<FrameHeader, 'payloadBytes' | 'payloadCrc' | 'type'>;
interface Outgoing {
  header: OutgoingHeader;
  payload: Uint8Array;
  crc: number | undefined;
  written: () => void;
}

/** The one connection between two ranks: frames out in order, frames in through a reader. */
export class PeerLink {
  /** Resolves when the socket is closed; never rejects. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #events: LinkEvents;
  #queue: Outgoing[] = [];
  #inFlight = 0;
  #ending = false;
  #cause = 'the connection was closed by the other side';
  #received = 0;
  #framesWritten = 0;

  constructor(socket: Socket, events: LinkEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#reader = new FrameReader({
      open: (header) => {
        if (header.type === FrameType.DATA) return this.#events.open(header);
        if (header.payloadBytes <= maxControlBytes) return new Uint8Array(header.payloadBytes);
        this.#reader.stop();
        this.#events.corrupt(`a control frame claims ${header.payloadBytes} bytes`);
        return new Uint8Array(0);
      },
      done: (header, payload) => {
        if (header.type === FrameType.DATA) this.#events.data(header, payload);
        else this.#control(header.type, payload);
      },
      corrupt: (what) => this.#events.corrupt(what),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('error', (error) => (this.#cause = error.message));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#queue = [];
        this.#reader.stop();
        resolve();
        this.#events.closed(this.#cause);
      });
    });
  }

  /** Grows with every byte of a collective that goes in or out. */
  get progress(): number {
    return this.#received + this.#framesWritten;
  }

  /** Frames that the other side has not taken yet. */
  get unwritten(): number {
    return this.#queue.length + this.#inFlight;
  }

  /** Hands what the link receives to somebody else (from the handshake to the group). */
  handTo(events: LinkEvents): void {
    this.#events = events;
  }

  /** Bytes from the socket. `chunk` may be reused after the call. */
  feed(chunk: Uint8Array): void {
    if (!this.#ending) this.#received += chunk.byteLength;
    this.#reader.feed(chunk);
  }

  /**
   * Sends a part of a stream as one frame. `payload` must not change before `written` is called; it is never called
   * when the link ends first.
   */
  send(header: OutgoingHeader, payload: Uint8Array, written: () => void, crc?: number): void {
    if (this.#ending || this.#socket.destroyed) return;
    this.#queue.push({ header, payload, crc, written });
    this.#pump();
  }

  sendControl(type: FrameType, body: object): void {
    if (!this.#ending && !this.#socket.destroyed) this.#socket.write(controlFrame(type, body));
  }

  /** Says a last word, drops what was not sent yet and what still comes, and closes; at most `lingerMs`. */
  end(type?: FrameType, body: object = {}): void {
    if (this.#ending) return;
    if (type !== undefined) this.sendControl(type, body);
    this.#ending = true;
    this.#queue = [];
    this.#reader.stop();
    // Keep reading: closing with unread bytes would reset the connection and lose the last word on its way.
    this.#socket.resume();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), lingerMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /** Closes without a word: the peer does not listen. */
  destroy(): void {
    this.#ending = true;
    this.#queue = [];
    this.#reader.stop();
    this.#socket.destroy();
  }

  #control(type: number, payload: Uint8Array): void {
    // Asking and answering is not progress.
    this.#received -= headerBytes + payload.byteLength;
    let body: unknown;
    try {
      body = JSON.parse(Buffer.from(payload).toString());
    } catch {
      return this.#events.corrupt(`a control frame of type ${type} is not JSON`);
    }
    this.#events.control(type, body);
  }

  #pump(): void {
    while (this.#inFlight < window && this.#queue.length > 0) {
      this.#inFlight += 1;
      this.#write(this.#queue.shift() as Outgoing);
    }
  }

  #write({ header, payload, crc, written }: Outgoing): void {
    const payloadCrc = crc ?? checksum(payload);
    const head = encodeHeader({
      ...header,
      type: FrameType.DATA,
      payloadBytes: payload.byteLength,
      payloadCrc,
    });
    const sent = (error?: Error | null) => {
      this.#inFlight -= 1;
      if (error) return;
      this.#framesWritten += 1;
      written();
      this.#pump();
    };
    if (payload.byteLength <= copyBytes) {
      const one = Buffer.allocUnsafe(headerBytes + payload.byteLength);
      one.set(head);
      one.set(payload, headerBytes);
      this.#socket.write(one, sent);
      return;
    }
    this.#socket.cork();
    this.#socket.write(head);
    this.#socket.write(payload, sent);
    this.#socket.uncork();
  }
}
