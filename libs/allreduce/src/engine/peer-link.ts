import type { Wire, WirePath } from '../transports/wire.ts';
import { controlFrame, encodeHeader, FrameType, isAboutCall, type FrameHeader } from '../wire/frame.ts';
import type { Frame, FrameSink } from '../wire/frame-reader.ts';
import { copiedParcel, goesAlone, headerOf, parcelOf, type FrameOf, type Parcel } from './parcel.ts';

/** Frames handed to the wire and not yet written. More would only hide how far the peer really is. */
const WINDOW = 4;
/** How long a link may take to say its last word before its wires are cut. */
const LINGER_MS = 500;
/** A peer that stopped reading may still say why, for this long. */
const GRACE_MS = 200;

export interface LinkEvents {
  /** Where the payload of a large frame goes, if it can be read there at once. */
  place(header: FrameHeader): Uint8Array | undefined;
  /** Whether `data` compares the payload's checksum itself. */
  checks(header: FrameHeader): boolean;
  /** A frame of a collective. */
  data(frame: Frame): void;
  /** READY, PROBE or CREDIT. */
  signal(header: FrameHeader): void;
  control(type: number, body: unknown): void;
  corrupt(what: string): void;
  /** The peer is gone. Called once. */
  closed(cause: string): void;
}

interface Outgoing {
  of: FrameOf;
  payload: Uint8Array;
  sent: () => void;
}

/**
 * What connects two ranks: a wire that this rank dialled, which brings the peer's frames, and one that the peer dialled, which takes this
 * rank's. Frames of large collectives leave in order, a few at a time; those of small ones pass them.
 */
export class PeerLink {
  /** Resolves when both wires are closed; never rejects. */
  readonly closed: Promise<void>;
  /** Takes what the inbound wire brings. */
  readonly sink: FrameSink;
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
   * Sends a message or a piece of one, now or when those before it have gone. `payload` must not change before `sent` is called; it is never
   * called when the link ends first. `urgent`: of a small collective, passes what waits.
   */
  send(of: FrameOf, payload: Uint8Array, sent: () => void, urgent = false): void {
    if (this.#ending) return;
    if (!urgent && !this.hasRoom) this.#queue.push({ of, payload, sent });
    else this.#write(of, payload, sent);
  }

  /** Whether a frame can go out at once. */
  get hasRoom(): boolean {
    return this.#inFlight < WINDOW && this.#queue.length === 0;
  }

  /** Sends a frame. What it lies in must stay as it is until `written`; a slot is kept. */
  forward({ head, payload, slot }: Parcel, written?: () => void): void {
    if (this.#ending || !this.#outbound) return;
    slot?.retain();
    this.toldBegun = this.begun();
    this.#inFlight += 1;
    this.#outbound.write(head, payload, (ok) => {
      slot?.release();
      this.#inFlight -= 1;
      if (!ok) return;
      this.#framesWritten += 1;
      written?.();
      this.#pump();
    });
  }

  /** READY, PROBE or CREDIT. */
  signal(type: FrameType, of: FrameOf): void {
    if (this.#ending) return;
    this.toldBegun = this.begun();
    this.#outbound?.write(encodeHeader(headerOf(type, of, this.toldBegun)));
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
    this.#resolveClosed();
  }

  #makeSink(): FrameSink {
    return {
      place: (header) => (this.#ending ? undefined : this.#events.place(header)),
      checks: (header) => header.type === FrameType.DATA && !this.#ending && this.#events.checks(header),
      frame: (frame) => {
        const { header, payload } = frame;
        this.peerBegun = Math.max(this.peerBegun, header.begun);
        this.#heard += 1;
        if (this.#ending) return;
        if (!isAboutCall(header.type)) return this.#control(header.type, payload);
        // Asking, and telling how far one is, is not progress.
        if (header.type === FrameType.DATA || header.type === FrameType.READY) this.#received += 1;
        if (header.type === FrameType.DATA) this.#events.data(frame);
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

  #pump(): void {
    while (this.#inFlight < WINDOW && this.#queue.length > 0 && this.#outbound) {
      const { of, payload, sent } = this.#queue.shift() as Outgoing;
      this.#write(of, payload, sent);
    }
  }

  #write(of: FrameOf, payload: Uint8Array, sent: () => void): void {
    if (goesAlone(payload)) return this.forward(parcelOf(of, payload, this.begun()), sent);
    const parcel = copiedParcel(of, payload, this.begun());
    this.forward(parcel);
    parcel.slot.release();
    sent();
  }
}
