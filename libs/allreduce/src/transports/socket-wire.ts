import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { FrameReader } from '../wire/frame-reader.ts';
import type { Wire, WirePath } from './wire.ts';

/** A unix, TCP or TLS socket. */
export class SocketWire implements Wire {
  readonly path: WirePath;
  readonly remote: string;
  readonly #socket: Socket;
  #cause = 'the connection was closed by the other side';
  #closed = false;
  #listeners: ((cause: string) => void)[] = [];

  constructor(socket: Socket, path: WirePath, remote: string) {
    this.path = path;
    this.remote = remote;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('error', (error) => (this.#cause = error.message));
    socket.once('close', () => {
      this.#closed = true;
      for (const listener of this.#listeners) listener(this.#cause);
    });
  }

  write(bytes: Uint8Array, more?: Uint8Array, written?: (ok: boolean) => void): void {
    const socket = this.#socket;
    const done = written && ((error?: Error | null) => written(!error));
    if (!more) {
      socket.write(bytes, done);
      return;
    }
    socket.cork();
    socket.write(bytes);
    socket.write(more, done);
    socket.uncork();
  }

  end(): void {
    // Keep reading: closing with unread bytes would reset the connection and lose the last word on its way.
    this.#socket.resume();
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onClosed(listener: (cause: string) => void): void {
    if (this.#closed) listener(this.#cause);
    else this.#listeners.push(listener);
  }
}

export type SocketTarget =
  { path: string } | { host: string; port: number } | { host: string; port: number; tls: ConnectionOptions };

/** Dials; what comes is read straight to where `reader` wants it. */
export function dialSocket(
  target: SocketTarget,
  reader: FrameReader,
  o: { remote: string; opened(wire: Wire): void },
): Wire {
  const onread = {
    buffer: () => reader.next(),
    callback: (bytes: number) => {
      reader.filled(bytes);
      return true;
    },
  };
  const secure = 'tls' in target;
  const socket = secure
    ? connectTls({ ...target.tls, host: target.host, port: target.port, onread } as ConnectionOptions)
    : connectTcp({ ...target, onread } as NetConnectOpts);
  const wire = new SocketWire(socket, secure ? 'tls' : 'path' in target ? 'unix' : 'tcp', o.remote);
  socket.once(secure ? 'secureConnect' : 'connect', () => o.opened(wire));
  wire.onClosed(() => reader.close());
  return wire;
}
