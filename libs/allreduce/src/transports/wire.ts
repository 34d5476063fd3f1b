/** What carries bytes between two ranks. */
export type WirePath = 'unix' | 'tcp' | 'tls' | 'grpc';

/**
 * A connection to a peer. The side that dials reads collectives from it and writes only its greeting; the side that was dialled writes
 * collectives: only a socket that dialled can be told where to put what it reads.
 */
export interface Wire {
  readonly path: WirePath;
  /** Address at the other end, for messages. */
  readonly remote: string;
  /** Queues bytes, and more behind them. `written` is called once, when they may change; `ok` is false when the wire broke. */
  write(bytes: Uint8Array, more?: Uint8Array, written?: (ok: boolean) => void): void;
  /** No more is written; closes when the other side has it all. */
  end(): void;
  /** Closes without a word. */
  destroy(): void;
  /** Called once, when nothing is read or written any more, with the reason. At once when that is so already. */
  onClosed(listener: (cause: string) => void): void;
}
