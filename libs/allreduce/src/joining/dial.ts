import { debugTo } from '../debug.ts';
import { JoinError } from '../errors.ts';
import type * as GrpcDial from '../transports/grpc-dial.ts';
import { dialSocket, type SocketTarget } from '../transports/socket-wire.ts';
import { clientTls } from '../transports/tls-files.ts';
import type { Wire, WirePath } from '../transports/wire.ts';
import { controlFrame, FrameType } from '../wire/frame.ts';
import { FrameReader, type FrameSink } from '../wire/frame-reader.ts';
import { endpointText, hostPort, isLocal, localPath, parseAddress, type Endpoint } from './addresses.ts';
import type { GroupOptions } from './connect.ts';
import { protocolVersion, type Hello, type Refusal, type Welcome } from './hello.ts';

/** Pause between two rounds over a peer's addresses. */
const RETRY_MS = 100;
/** An address that does not answer at all is given up after this long, for the next. */
const CONNECT_MS = 3_000;

/** One way to reach a peer. */
interface Route {
  /** What is told as dialled. */
  endpoint: Endpoint;
  kind: WirePath;
}

/** Dials one peer until it answers. */
export class Dialler {
  /** Why each place did not answer, last time it was tried. */
  readonly failures = new Map<string, string>();
  readonly #options: GroupOptions;
  readonly #peer: number;
  readonly #signal: AbortSignal;
  #grpc: typeof GrpcDial | undefined;

  constructor(options: GroupOptions, peer: number, signal: AbortSignal) {
    this.#options = options;
    this.#peer = peer;
    this.#signal = signal;
  }

  /**
   * Resolves when a connection stands, whose frames go to `sink`; never when the signal aborts first.
   * @throws JoinError when the peer refused
   */
  async dial(sink: FrameSink, welcomed: (wire: Wire, host: string) => void): Promise<void> {
    const routes = this.#routes();
    const debug = debugTo(this.#options.log);
    // Loaded where it is needed only: most groups do without.
    if (routes.some(({ kind }) => kind === 'grpc')) this.#grpc = await import('../transports/grpc-dial.ts');
    while (!this.#signal.aborted) {
      for (const route of routes) {
        if (this.#signal.aborted) return;
        if (await this.#try(route, sink, welcomed)) {
          const { groupId, rank } = this.#options;
          debug(`${groupId}: rank ${rank} reads from rank ${this.#peer} by ${nameOf(route)}`);
          return;
        }
      }
      await sleep(RETRY_MS, this.#signal);
    }
  }

  /** Unix sockets first, then the addresses in the order in which the peer advertises them. */
  #routes(): Route[] {
    const { addresses, listener, transport = 'auto', sockets } = this.#options;
    const endpoints = parseAddress(addresses[this.#peer] as string) as Endpoint[];
    const tcp: WirePath = listener.tls ? 'tls' : 'tcp';
    const all = endpoints.map((endpoint): Route => ({
      endpoint,
      kind: endpoint.kind === 'grpc' ? 'grpc' : tcp,
    }));
    const local = endpoints
      .filter(({ kind, host, port }) => kind === 'socket' && isLocal(host) && localPath(port) !== undefined)
      .map((endpoint): Route => ({ endpoint, kind: 'unix' }));
    const wanted = transport === 'auto' && sockets === 'tcp' ? 'tcp' : transport;
    const routes = [...local, ...all];
    if (wanted === 'auto') return routes;
    return routes.filter(({ kind }) => kind === wanted || (wanted === 'tcp' && kind === 'tls'));
  }

  /** @returns whether the peer took the connection; false to try again. @throws JoinError when it refused */
  #try(route: Route, sink: FrameSink, welcomed: (wire: Wire, host: string) => void): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const { groupId, generation, rank, world, listener } = this.#options;
      let taken: FrameSink | undefined;
      let refused = false;
      const answer = (type: number, body: unknown) => {
        clearTimeout(limit);
        if (type === FrameType.WAIT) {
          this.failures.set(nameOf(route), 'it is there, but has not joined yet');
          return;
        }
        this.#signal.removeEventListener('abort', abort);
        if (type === FrameType.WELCOME) {
          taken = sink;
          welcomed(wire, (body as Welcome).host);
          resolve(true);
        } else if (type === FrameType.REFUSED) {
          const { code, message, hint, elsewhere } = body as Refusal;
          refused = true;
          this.failures.set(nameOf(route), message);
          wire.end();
          if (elsewhere) resolve(false);
          else reject(new JoinError(code, message, hint));
        } else wire.destroy();
      };
      // Until the peer has answered, frames are its answer; then they are the group's.
      const reader = new FrameReader({
        place: (header) => taken?.place?.(header),
        checks: (header) => taken?.checks?.(header) ?? false,
        frame: (frame) => {
          if (taken) return taken.frame(frame);
          try {
            answer(frame.header.type, JSON.parse(Buffer.from(frame.payload).toString()));
          } catch {
            wire.destroy();
          }
        },
        corrupt: (what) => (taken ? taken.corrupt(what) : wire.destroy()),
      });
      const give = (up: string) => {
        clearTimeout(limit);
        limit = setTimeout(() => {
          this.failures.set(nameOf(route), `${up} within ${CONNECT_MS} ms`);
          overdue = true;
          wire.destroy();
        }, CONNECT_MS);
      };
      let limit: NodeJS.Timeout | undefined;
      let overdue = false;
      give('no answer');
      const opened = (to: Wire) => {
        give('connected, but no greeting');
        const hello: Hello = {
          ...{ version: protocolVersion, to: endpointText(route.endpoint), groupId, generation },
          ...{ rank, toRank: this.#peer, world, host: listener.hostId },
        };
        this.failures.set(nameOf(route), 'connected, but no greeting yet');
        to.write(controlFrame(FrameType.HELLO, hello));
      };
      const wire = this.#open(route, reader, opened);
      const abort = () => wire.destroy();
      this.#signal.addEventListener('abort', abort, { once: true });
      wire.onClosed((cause) => {
        this.#signal.removeEventListener('abort', abort);
        clearTimeout(limit);
        // What is known already says more than that this side has given up.
        if (!taken && !refused && !overdue && !this.#signal.aborted) this.failures.set(nameOf(route), cause);
        resolve(false);
      });
    });
  }

  #open({ kind, endpoint }: Route, reader: FrameReader, opened: (wire: Wire) => void): Wire {
    const { host, port } = endpoint;
    const { listener } = this.#options;
    const remote = endpointText(endpoint);
    if (kind === 'grpc' && this.#grpc)
      return this.#grpc.dialGrpc(hostPort(host, port), reader, { tls: listener.tls, opened });
    if (kind === 'unix') return dialSocket({ path: localPath(port) as string }, reader, { remote, opened });
    const target: SocketTarget =
      kind === 'tls' && listener.tls ? { host, port, tls: clientTls(listener.tls, host) } : { host, port };
    return dialSocket(target, reader, { remote, opened });
  }
}

function nameOf({ kind, endpoint }: Route): string {
  const text = endpointText(endpoint);
  return kind === 'tcp' || kind === 'grpc'
    ? text
    : `${text} over ${kind === 'unix' ? 'a unix socket' : 'TLS'}`;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
