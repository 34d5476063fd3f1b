import { freeSlot, SLOT_BYTES, takeSlot } from '../kernels/workspace.ts';
import type { Wire, WirePath } from '../transports/wire.ts';
import { checksum } from '../wire/crc.ts';
import {
  controlFrame,
  encodeHeader,
  FrameType,
  headerBytes,
  isAboutCall,
  maxControlBytes,
  type Call,
  type FrameHeader,
} from '../wire/frame.ts';
import type { FrameSink } from '../wire/frame-reader.ts';

/** Frames handed to the wire and not yet written. More would only hide how far the peer really is. */
const WINDOW = 4;
/** Payloads up to this size are copied behind their header, go out at once and need not be kept. */
const COPY_BYTES = 8 * 1024;
/** How long a link may take to say its last word before its wires are cut. */
const LINGER_MS = 500;
/** A peer that stopped reading may still say why, for this long. */
const GRACE_MS = 200;

export interface LinkEvents {
  /** A frame of a collective: where its payload goes. */
  open(header: FrameHeader): Uint8Array;
  data(header: FrameHeader, payload: Uint8Array): void;
  /** READY, PROBE or CREDIT. */
  signal(header: FrameHeader): void;
  control(type: number, body: unknown): void;
  corrupt(what: string): void;
  /** The peer is gone. Called once. */
  closed(cause: string): void;
}

/** Which call, which place in it. */
export interface FrameOf {
  call: Call;
  sequence: number;
  part: number;
}

interface Outgoing extends FrameOf {
  payload: Uint8Array;
  crc: number | undefined;
  written: () => void;
}

/**
 * What connects two ranks: a wire that this rank dialled, which brings the peer's frames, and one that the peer dialled, which takes this
 * rank's. Frames leave in order; small ones pass large ones that wait.
 */
export class PeerLink {
  /** Resolves when both wires are closed; never rejects. */
  readonly closed: Promise<void>;
  /** Takes what the inbound wire brings. */
  readonly sink: FrameSink;
  /** Memory for a payload that is reduced where it arrives. */
  readonly slot = takeSlot();
  /** Collectives that this rank has begun: goes out with every frame. */
  begun: () => number = () => 0;
  /** What the peer said last of its own. */
  peerBegun = 0;
  /** What the peer was told last. */
  toldBegun = 0;
  readonly #events: LinkEvents;
  #inbound: Wire | undefined;
  #outbound: Wire | undefined;
  #queue: Outgoing[] = [];
  #controls: Buffer[] = [];
  #inFlight = 0;
  #ending = false;
  #open = 0;
  #reported = false;
  #finished = false;
  #received = 0;
  #heard = 0;
  #framesWritten = 0;
  #resolveClosed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(events: LinkEvents) {
    this.#events = events;
    this.sink = this.#makeSink();
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  /** Grows with every frame of a collective that goes in or out. */
  get progress(): number {
    return this.#received + this.#framesWritten;
  }

  /** Grows with every frame that comes. */
  get heard(): number {
    return this.#heard;
  }

  /** Frames that the other side has not taken yet. */
  get unwritten(): number {
    return this.#queue.length + this.#inFlight;
  }

  get complete(): boolean {
    return this.#inbound !== undefined && this.#outbound !== undefined;
  }

  get paths(): { receive?: WirePath; send?: WirePath } {
    return { receive: this.#inbound?.path, send: this.#outbound?.path };
  }

  /** The wire whose reader feeds {@link sink}. */
  attachInbound(wire: Wire): void {
    if (this.#ending) return wire.destroy();
    this.#inbound = wire;
    this.#open += 1;
    wire.onClosed((cause) => {
      this.#open -= 1;
      // Nobody reads what this side would still write.
      this.#outbound?.end();
      this.#gone(cause);
    });
  }

  attachOutbound(wire: Wire): void {
    if (this.#ending) return wire.destroy();
    this.#outbound = wire;
    this.#open += 1;
    for (const control of this.#controls.splice(0)) wire.write(control);
    wire.onClosed((cause) => {
      this.#open -= 1;
      this.#queue = [];
      // The peer's last word, or the end of its own wire, may be on its way.
      if (this.#ending || this.#open === 0) return this.#gone(cause);
      this.#timer ??= setTimeout(() => {
        this.#gone(cause);
        this.destroy();
      }, GRACE_MS);
    });
  }

  /**
   * Sends a message or a piece of one. `payload` must not change before `written` is called; it is never called when the link ends first.
   */
  send(of: FrameOf, payload: Uint8Array, written: () => void, crc?: number): void {
    if (this.#ending) return;
    if (payload.byteLength > COPY_BYTES) {
      this.#queue.push({ ...of, payload, crc, written });
      this.#pump();
      return;
    }
    const frame = Buffer.allocUnsafe(headerBytes + payload.byteLength);
    this.#encode(FrameType.DATA, of, payload.byteLength, crc ?? checksum(payload), frame);
    frame.set(payload, headerBytes);
    this.#outbound?.write(frame);
    this.#framesWritten += 1;
    written();
  }

  /** READY, PROBE or CREDIT. */
  signal(type: FrameType, of: FrameOf): void {
    if (!this.#ending) this.#outbound?.write(this.#encode(type, of, 0, 0));
  }

  sendControl(type: FrameType, body: object): void {
    if (this.#ending) return;
    const frame = controlFrame(type, body, this.begun());
    if (this.#outbound) this.#outbound.write(frame);
    else this.#controls.push(frame);
  }

  /** Says a last word, drops what was not sent yet and what still comes, and closes; at most `LINGER_MS`. */
  end(type?: FrameType, body: object = {}): void {
    if (this.#ending) return;
    if (type !== undefined) this.sendControl(type, body);
    this.#ending = true;
    this.#queue = [];
    clearTimeout(this.#timer);
    if (this.#open === 0) return this.#finish();
    this.#outbound?.end();
    // The peer ends the wire it writes when it has read the last word, or sees this side's wire end.
    if (!this.#outbound) this.#inbound?.end();
    this.#timer = setTimeout(() => this.#cut(), LINGER_MS);
  }

  /** Closes without a word: the peer does not listen. */
  destroy(): void {
    this.#ending = true;
    this.#queue = [];
    clearTimeout(this.#timer);
    if (this.#open === 0) return this.#finish();
    this.#cut();
  }

  #cut(): void {
    this.#inbound?.destroy();
    this.#outbound?.destroy();
  }

  #gone(cause: string): void {
    if (!this.#reported) {
      this.#reported = true;
      this.#events.closed(cause);
    }
    if (this.#open === 0) this.#finish();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#ending = true;
    clearTimeout(this.#timer);
    freeSlot(this.slot);
    this.#resolveClosed();
  }

  #makeSink(): FrameSink {
    return {
      open: (header) => {
        this.peerBegun = Math.max(this.peerBegun, header.begun);
        this.#heard += 1;
        if (this.#ending) return new Uint8Array(header.payloadBytes);
        const data = header.type === FrameType.DATA;
        if (data && header.payloadBytes <= SLOT_BYTES) return this.#events.open(header);
        if (!data && header.payloadBytes <= maxControlBytes) return new Uint8Array(header.payloadBytes);
        this.#events.corrupt(`a frame of type ${header.type} claims ${header.payloadBytes} bytes`);
        return new Uint8Array(0);
      },
      done: (header, payload) => {
        this.#heard += 1;
        if (this.#ending) return;
        if (!isAboutCall(header.type)) return this.#control(header.type, payload);
        // Asking, and telling how far one is, is not progress.
        if (header.type === FrameType.DATA || header.type === FrameType.READY) this.#received += 1;
        if (header.type === FrameType.DATA) this.#events.data(header, payload);
        else this.#events.signal(header);
      },
      corrupt: (what) => {
        if (!this.#ending) this.#events.corrupt(what);
      },
    };
  }

  #control(type: number, payload: Uint8Array): void {
    let body: unknown;
    try {
      body = JSON.parse(Buffer.from(payload).toString());
    } catch {
      return this.#events.corrupt(`a control frame of type ${type} is not JSON`);
    }
    this.#events.control(type, body);
  }

  #encode(type: FrameType, of: FrameOf, payloadBytes: number, payloadCrc: number, into?: Buffer): Buffer {
    const { call, sequence, part } = of;
    this.toldBegun = this.begun();
    return encodeHeader(
      { ...call, type, sequence, part, begun: this.toldBegun, payloadBytes, payloadCrc },
      into,
    );
  }

  #pump(): void {
    while (this.#inFlight < WINDOW && this.#queue.length > 0 && this.#outbound) {
      this.#inFlight += 1;
      this.#write(this.#outbound, this.#queue.shift() as Outgoing);
    }
  }

  #write(wire: Wire, { payload, crc, written, ...of }: Outgoing): void {
    const head = this.#encode(FrameType.DATA, of, payload.byteLength, crc ?? checksum(payload));
    wire.write(head, payload, (ok) => {
      this.#inFlight -= 1;
      if (!ok) return;
      this.#framesWritten += 1;
      written();
      this.#pump();
    });
  }
}
