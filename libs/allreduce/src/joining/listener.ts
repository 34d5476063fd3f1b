import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { debugTo } from '../debug.ts';
import { JoinError, ListenError } from '../errors.ts';
import { SocketWire } from '../transports/socket-wire.ts';
import { serverTls, type TlsCredentials } from '../transports/tls-files.ts';
import type { Wire, WirePath } from '../transports/wire.ts';
import { controlFrame, FrameType } from '../wire/frame.ts';
import { FrameReader } from '../wire/frame-reader.ts';
import {
  hasPort,
  hostPort,
  isWildcard,
  localPath,
  loopbackWarning,
  ownAddresses,
  parseAddress,
  resolveAdvertised,
} from './addresses.ts';
import { checkHello, refusal, type Hello, type Refusal, type Welcome } from './hello.ts';
import { hostId } from './host-id.ts';

export interface ListenOptions {
  /** Interface to listen on. Default 127.0.0.1; 0.0.0.0 for all of IPv4, :: for all. */
  host?: string;
  /** 0 picks a free one (default). */
  port?: number;
  /**
   * What others dial, tried in turn: addresses, names, interfaces ("eth0") or networks ("10.0.0.0/8"). Where something between forwards another
   * port (a proxy, NAT, a container), "host:port". Default the environment's OVIS_COLLECTIVE_ADVERTISE (separated by commas), else `host`, or
   * all addresses of this machine when `host` is a wildcard.
   */
  advertise?: string | readonly string[];
  /** Encrypts all but unix sockets; every rank needs it. */
  tls?: TlsCredentials;
  /** What ranks have in common that may share memory. Default: the running machine and its /dev/shm. */
  hostId?: string;
  /** For lines that explain what was chosen. */
  log?: (line: string) => void;
}

/** A rank that waits for peers of its generation to dial. */
export interface Registration {
  groupId: string;
  generation: number;
  rank: number;
  world: number;
  /** Takes a connection over that a rank has dialled; called when that one is expected and not there yet. */
  accept(rank: number, wire: Wire, host: string): void;
  expects(rank: number): boolean;
  /** A peer of the same generation contradicts this rank. */
  contradicted(refusal: Refusal): void;
}

/** A peer may take this long to say who it is. */
const HELLO_MS = 10_000;
/** Groups whose latest generation is remembered. */
const MAX_REMEMBERED = 1_000;

/**
 * Where the peers of a process dial in. One per process: it serves every generation of every group, so its address
 * never changes. A peer that comes before this process has joined its generation is kept waiting; one of an older
 * generation is refused.
 */
export class CollectiveListener {
  readonly tls: TlsCredentials | undefined;
  readonly hostId: string;
  #address = '';
  readonly #tcp: Server;
  readonly #local: Server;
  readonly #wires = new Set<Wire>();
  readonly #registrations = new Set<Registration>();
  readonly #waiting = new Set<{ hello: Hello; wire: Wire }>();
  /** Latest generation seen here, by group. */
  readonly #generations = new Map<string, number>();
  #closed = false;

  private constructor(o: ListenOptions) {
    this.tls = o.tls;
    this.hostId = o.hostId ?? hostId();
    this.#tcp = o.tls
      ? createTlsServer(serverTls(o.tls), (socket) => this.#socket(socket, 'tls'))
      : createServer({ noDelay: true }, (socket) => this.#socket(socket, 'tcp'));
    // A stranger's handshake that fails is the stranger's problem.
    this.#tcp.on('tlsClientError', () => {});
    this.#local = createServer((socket) => this.#socket(socket, 'unix'));
  }

  /** @throws ListenError */
  static async listen(options: ListenOptions = {}): Promise<CollectiveListener> {
    const host = options.host ?? '127.0.0.1';
    const debug = debugTo(options.log);
    const hosts = advertisedHosts(options, host);
    const listener = new CollectiveListener(options);
    const port = await listenOn(listener.#tcp, host, options.port ?? 0);
    listener.#address = hosts.map((one) => (hasPort(one) ? one : hostPort(one, port))).join(',');
    for (const one of isWildcard(host) ? hosts : []) {
      const warning = await loopbackWarning(one);
      if (warning) process.emitWarning(warning);
    }
    const path = localPath(port);
    if (path !== undefined) await tryListen(listener.#local, path);
    debug(`listens on ${hostPort(host, port)}, advertises ${listener.#address}`);
    return listener;
  }

  /** What others dial: "host:port", or several of them separated by commas. */
  get address(): string {
    return this.#address;
  }

  /** One more place where this process's groups can be dialled: see `mountCollectives` of @ovis/allreduce/grpc. Tried after the others. */
  alsoAt(address: string): void {
    if (!parseAddress(address))
      throw new ListenError('BAD_ADDRESS', `"${address}" is no address`, 'like grpc://host:port');
    this.#address += `,${address}`;
  }

  /** Stops listening and drops connections that no group has taken over. Groups close their own. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { wire } of this.#waiting) wire.destroy();
    for (const wire of this.#wires) wire.destroy();
    for (const server of [this.#tcp, this.#local]) server.close();
    // Not the callback of close(): that waits for the connections of groups too. The port is free after one turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** @throws JoinError when a newer generation of the group was seen, or the same one is joined already */
  register(registration: Registration): () => void {
    const { groupId, generation } = registration;
    if (this.#closed)
      throw new JoinError('LISTENER_CLOSED', 'the listener is closed', 'make a new CollectiveListener');
    const latest = this.#generations.get(groupId) ?? -1;
    if (generation < latest) throw staleHere(groupId, generation, latest);
    if ([...this.#registrations].some((r) => r.groupId === groupId && r.generation === generation)) {
      throw new JoinError(
        'DUPLICATE_RANK',
        `this process is joining generation ${generation} of group ${groupId} already`,
        'join each generation once per listener',
      );
    }
    this.#remember(groupId, generation);
    this.#registrations.add(registration);
    for (const entry of [...this.#waiting]) {
      if (entry.hello.groupId !== groupId) continue;
      this.#waiting.delete(entry);
      this.#route(entry.hello, entry.wire);
    }
    return () => this.#registrations.delete(registration);
  }

  /**
   * Takes a connection that somebody has dialled.
   * @returns what reads the dialler's greeting; nothing else comes over the wire
   */
  greet(wire: Wire): FrameReader {
    this.#wires.add(wire);
    const timer = setTimeout(() => wire.destroy(), HELLO_MS);
    wire.onClosed(() => {
      clearTimeout(timer);
      this.#wires.delete(wire);
    });
    const reader: FrameReader = new FrameReader({
      frame: ({ header, payload }) => {
        reader.stop();
        clearTimeout(timer);
        const hello = header.type === FrameType.HELLO ? parseHello(payload) : undefined;
        const stranger = wire.path === 'unix' && !this.#address.split(',').includes(hello?.to ?? '');
        if (!hello || stranger) wire.destroy();
        else this.#route(hello, wire);
      },
      corrupt: () => wire.destroy(),
    });
    wire.onClosed(() => reader.close());
    return reader;
  }

  #remember(groupId: string, generation: number): void {
    this.#generations.delete(groupId);
    this.#generations.set(groupId, generation);
    const oldest = this.#generations.keys().next();
    if (this.#generations.size > MAX_REMEMBERED && !oldest.done) this.#generations.delete(oldest.value);
  }

  #socket(socket: Socket, path: WirePath): void {
    const remote = socket.remoteAddress ? hostPort(socket.remoteAddress, socket.remotePort ?? 0) : path;
    const reader = this.greet(new SocketWire(socket, path, remote));
    socket.on('data', (chunk: Buffer) => reader.feed(chunk));
  }

  #route(hello: Hello, wire: Wire): void {
    const { groupId, generation, rank } = hello;
    const latest = this.#generations.get(groupId) ?? -1;
    const target = [...this.#registrations].find((r) => r.groupId === groupId && r.generation === generation);
    const no = refusal(hello, { latest, joining: target, address: this.#address });
    if (no) {
      wire.write(controlFrame(FrameType.REFUSED, no));
      wire.end();
      if (no.contradiction) target?.contradicted(no);
    } else if (target) {
      // From here on the group owns the connection, whatever becomes of the listener.
      this.#wires.delete(wire);
      wire.write(controlFrame(FrameType.WELCOME, { host: this.hostId } satisfies Welcome));
      target.accept(rank, wire, hello.host);
    } else {
      wire.write(controlFrame(FrameType.WAIT, {}));
      const entry = { hello, wire };
      this.#waiting.add(entry);
      wire.onClosed(() => this.#waiting.delete(entry));
    }
  }
}

function advertisedHosts(o: ListenOptions, host: string): string[] {
  const fromEnvironment = process.env.OVIS_COLLECTIVE_ADVERTISE?.split(',').filter(Boolean) ?? [];
  const wishes = o.advertise === undefined ? fromEnvironment : [o.advertise].flat();
  const family = host === '0.0.0.0' ? 'IPv4' : 'any';
  if (wishes.length > 0) {
    try {
      return resolveAdvertised(wishes, family);
    } catch (error) {
      const hint = 'name an address, an interface or a network that `ip addr` lists';
      throw new ListenError('BAD_ADDRESS', `cannot advertise: ${(error as Error).message}`, hint, error);
    }
  }
  if (!isWildcard(host)) return [host];
  const own = ownAddresses(family).map(({ address }) => address);
  return own.length > 0 ? own : [host === '::' ? '::1' : '127.0.0.1'];
}

function parseHello(payload: Uint8Array): Hello | undefined {
  try {
    return checkHello(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    return undefined;
  }
}

function staleHere(groupId: string, generation: number, latest: number): JoinError {
  return new JoinError(
    'STALE_GENERATION',
    `cannot join generation ${generation} of group ${groupId}: it is at generation ${latest} already`,
    'ask the controller for the current generation',
  );
}

function tryListen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ path }, () => resolve(true));
  });
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const where = hostPort(host, port);
  if (error.code === 'EADDRINUSE') {
    const hint = `stop the process that uses port ${port} (\`lsof -i :${port}\` names it) or choose another port`;
    return new ListenError('PORT_IN_USE', `port ${port} is in use: cannot listen on ${where}`, hint, error);
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    const hint =
      'use 127.0.0.1 for this machine only, 0.0.0.0 for all interfaces, or an address that `ip addr` lists';
    return new ListenError('BAD_ADDRESS', `this machine has no address ${where}`, hint, error);
  }
  return new ListenError(
    'LISTEN_FAILED',
    `cannot listen on ${where}: ${error.message}`,
    'see the message',
    error,
  );
}
