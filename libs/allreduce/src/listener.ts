import { hostname, networkInterfaces } from 'node:os';
import { createServer, type Server, type Socket } from 'node:net';
import { JoinError, ListenError } from './errors.ts';
import { FrameType } from './frame.ts';
import { checkHello, refusal, type Hello, type Refusal } from './hello.ts';
import { PeerLink } from './peer-link.ts';

export interface ListenOptions {
  /** Interface to listen on. Default 127.0.0.1; 0.0.0.0 for all. */
  host?: string;
  /** 0 picks a free one (default). */
  port?: number;
  /** Host that others dial; default `host`, or this machine's name when `host` is a wildcard. */
  advertise?: string;
}

/** A rank that waits for peers of its generation to dial. */
export interface Registration {
  groupId: string;
  generation: number;
  rank: number;
  world: number;
  /** Takes the connection over; called with a rank that is expected and not there yet. */
  accept(rank: number, link: PeerLink): void;
  expects(rank: number): boolean;
  /** A peer of the same generation contradicts this rank. */
  contradicted(refusal: Refusal): void;
}

/** A peer may take this long to say who it is. */
const helloMs = 10_000;
/** Groups whose latest generation is remembered. */
const maxRemembered = 1_000;

/**
 * Where the peers of a process dial in. One per process: it serves every generation of every group, so its address
 * never changes. A peer that comes before this process has joined its generation is kept waiting; one of an older
 * generation is refused.
 */
export class CollectiveListener {
  #address = '';
  readonly #tcp: Server;
  readonly #local: Server;
  readonly #sockets = new Set<Socket>();
  readonly #registrations = new Set<Registration>();
  readonly #waiting = new Set<{ hello: Hello; link: PeerLink; socket: Socket }>();
  /** Latest generation seen here, by group. */
  readonly #generations = new Map<string, number>();
  #closed = false;

  private constructor() {
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#greet(socket, false));
    this.#local = createServer((socket) => this.#greet(socket, true));
  }

  /** @throws ListenError */
  static async listen(options: ListenOptions = {}): Promise<CollectiveListener> {
    const listener = new CollectiveListener();
    const host = options.host ?? '127.0.0.1';
    const port = await listenOn(listener.#tcp, host, options.port ?? 0);
    const wildcard = host === '0.0.0.0' || host === '::';
    listener.#address = hostPort(options.advertise ?? (wildcard ? hostname() : host), port);
    const path = localPath(port);
    if (path !== undefined) await tryListen(listener.#local, path);
    return listener;
  }

  /** "host:port" others dial. */
  get address(): string {
    return this.#address;
  }

  /** Stops listening and drops connections that no group has taken over. Groups close their own. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { link } of this.#waiting) link.destroy();
    for (const socket of this.#sockets) socket.destroy();
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
      this.#route(entry.hello, entry.link, entry.socket);
    }
    return () => this.#registrations.delete(registration);
  }

  #remember(groupId: string, generation: number): void {
    this.#generations.delete(groupId);
    this.#generations.set(groupId, generation);
    const oldest = this.#generations.keys().next();
    if (this.#generations.size > maxRemembered && !oldest.done) this.#generations.delete(oldest.value);
  }

  #greet(socket: Socket, local: boolean): void {
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), helloMs);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
    const link: PeerLink = new PeerLink(socket, {
      open: () => {
        link.destroy();
        return new Uint8Array(0);
      },
      data: () => {},
      control: (type, body) => {
        clearTimeout(timer);
        const hello = checkHello(body);
        const wrong = hello && local && hello.to !== this.address;
        if (type !== FrameType.HELLO || !hello || wrong) link.destroy();
        else this.#route(hello, link, socket);
      },
      corrupt: () => link.destroy(),
      closed: () => {},
    });
    socket.on('data', (chunk: Buffer) => link.feed(chunk));
  }

  #route(hello: Hello, link: PeerLink, socket: Socket): void {
    const { groupId, generation, rank } = hello;
    const latest = this.#generations.get(groupId) ?? -1;
    const target = [...this.#registrations].find((r) => r.groupId === groupId && r.generation === generation);
    const no = refusal(hello, { latest, joining: target, address: this.address });
    if (no) {
      link.end(FrameType.REFUSED, no);
      if (no.contradiction) target?.contradicted(no);
    } else if (target) {
      link.sendControl(FrameType.WELCOME, {});
      target.accept(rank, link);
    } else {
      const entry = { hello, link, socket };
      this.#waiting.add(entry);
      link.handTo({ ...silent, closed: () => this.#waiting.delete(entry) });
    }
    // From here on the group owns the connection, whatever becomes of the listener.
    if (target && !no) this.#sockets.delete(socket);
  }
}

const silent = { open: () => new Uint8Array(0), data: () => {}, control: () => {}, corrupt: () => {} };

function staleHere(groupId: string, generation: number, latest: number): JoinError {
  return new JoinError(
    'STALE_GENERATION',
    `cannot join generation ${generation} of group ${groupId}: it is at generation ${latest} already`,
    'ask the controller for the current generation',
  );
}

/**
 * Peers in the same network namespace talk over a unix socket, which is faster than loopback. Its name is in Linux's
 * abstract namespace, where names belong to the network namespace as ports do, and no file is left behind.
 */
export function localPath(port: number): string | undefined {
  return process.platform === 'linux' ? `\0ovis-collective-${port}` : undefined;
}

/** Whether a host name or address is this machine. */
export function isLocal(host: string): boolean {
  if (host === 'localhost' || host === hostname() || host.startsWith('127.') || host === '::1') return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === host));
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

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
