import { connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net';
import { JoinError } from './errors.ts';
import type { CollectiveReport } from './flight-recorder.ts';
import { FrameType } from './frame.ts';
import { protocolVersion, type Hello, type Refusal } from './hello.ts';
import { isLocal, localPath, type CollectiveListener } from './listener.ts';
import { PeerLink, type LinkEvents } from './peer-link.ts';

export interface GroupOptions {
  groupId: string;
  /** Grows each time the group re-forms. */
  generation: number;
  rank: number;
  world: number;
  /** "host:port" of every rank's listener, by rank, this one's included. */
  addresses: string[];
  listener: CollectiveListener;
  /** A rank that is waited for and makes no progress for this long is lost. Default 120,000. */
  timeoutMs?: number;
  /** Called with a report of every collective that has ended here, well or not: for metrics. */
  onReport?: (report: CollectiveReport) => void;
  /** What connects ranks of one host: unix sockets (`auto`, default), or TCP as between hosts. */
  sockets?: 'auto' | 'tcp';
  /** All ranks must have joined within this time. Default 30,000. */
  connectTimeoutMs?: number;
}

/** What `connectGroup` needs of the group it builds. */
export interface GroupBuilder {
  events(rank: number): LinkEvents;
  attach(rank: number, link: PeerLink): void;
  /** The error of a group that broke while it formed. */
  failed(): Error | undefined;
  giveUp(error: Error): Promise<void>;
}

/** Received bytes are read into one buffer per connection. */
const readBytes = 256 * 1024;
const retryMs = 100;

/** Connects this rank to all others: it dials the lower ranks, the higher ones dial it. */
export async function connectGroup(options: GroupOptions, group: GroupBuilder): Promise<void> {
  checkOptions(options);
  const { groupId, generation, rank, world, addresses, listener } = options;
  const connectTimeoutMs = options.connectTimeoutMs ?? 30_000;
  const missing = new Set(Array.from({ length: world }, (_, r) => r).filter((r) => r !== rank));
  const dialling = new AbortController();
  let unregister = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const rejectIfFailed = () => {
        const error = group.failed();
        if (error) reject(error);
      };
      const attach = (peer: number, link: PeerLink) => {
        if (group.failed()) return link.destroy();
        group.attach(peer, link);
        const events = group.events(peer);
        link.handTo({
          ...events,
          closed: (cause) => {
            events.closed(cause);
            rejectIfFailed();
          },
          control: (type, body) => {
            events.control(type, body);
            rejectIfFailed();
          },
        });
        missing.delete(peer);
        if (missing.size === 0) resolve();
      };
      unregister = listener.register({
        groupId,
        generation,
        rank,
        world,
        accept: attach,
        expects: (peer) => peer > rank && missing.has(peer),
        contradicted: ({ code, message, hint }) => reject(new JoinError(code, message, hint)),
      });
      timer = setTimeout(() => reject(timeout(options, connectTimeoutMs, missing)), connectTimeoutMs);
      for (let peer = 0; peer < rank; peer += 1) {
        dial(options, addresses[peer] as string, dialling.signal, (link) => attach(peer, link)).catch(reject);
      }
      if (missing.size === 0) resolve();
    });
  } catch (error) {
    // Nobody may come in while the connections close.
    unregister();
    dialling.abort();
    await group.giveUp(error as Error);
    throw error;
  } finally {
    clearTimeout(timer);
    dialling.abort();
    unregister();
  }
}

/** Dials until somebody answers; a refusal by the peer is final. Calls `welcomed` with a link that may already have data. */
async function dial(
  options: GroupOptions,
  address: string,
  signal: AbortSignal,
  welcomed: (link: PeerLink) => void,
): Promise<void> {
  const { host, port } = splitAddress(address);
  const path = options.sockets !== 'tcp' && isLocal(host) ? localPath(port) : undefined;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    // Every second attempt goes over TCP, for a peer in a network namespace of its own behind a forwarded port.
    const target = path !== undefined && attempt % 2 === 0 ? { path } : { host, port };
    if (await tryDial(options, address, target, signal, welcomed)) return;
    if (path === undefined || attempt % 2 === 1) await sleep(retryMs, signal);
  }
}

/** @returns whether the peer took the connection; false to try again. @throws JoinError when it refused */
function tryDial(
  { groupId, generation, rank, world }: GroupOptions,
  address: string,
  target: { path: string } | { host: string; port: number },
  signal: AbortSignal,
  welcomed: (link: PeerLink) => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback: (bytes: number, buffer: Uint8Array) => {
        opened.feed(buffer.subarray(0, bytes));
        return true;
      },
    };
    const socket: Socket = connectSocket({ ...target, onread } as NetConnectOpts);
    const opened: PeerLink = new PeerLink(socket, {
      open: () => new Uint8Array(0),
      data: () => {},
      control: (type, body) => {
        signal.removeEventListener('abort', abort);
        if (type === FrameType.WELCOME) {
          welcomed(opened);
          resolve(true);
        } else if (type === FrameType.REFUSED) {
          const { code, message, hint } = body as Refusal;
          opened.end();
          reject(new JoinError(code, message, hint));
        } else opened.destroy();
      },
      corrupt: () => opened.destroy(),
      closed: () => {
        signal.removeEventListener('abort', abort);
        resolve(false);
      },
    });
    const abort = () => opened.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      const hello: Hello = { version: protocolVersion, to: address, groupId, generation, rank, world };
      opened.sendControl(FrameType.HELLO, hello);
    });
  });
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

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

function checkOptions({ groupId, generation, rank, world, addresses }: GroupOptions): void {
  const problem = problemOf();
  if (problem === undefined) return;
  const hint =
    'addresses has one "host:port" per rank, 0 <= rank < world, generation is a whole number from 0';
  throw new JoinError('BAD_GROUP', `cannot join group ${groupId}: ${problem}`, hint);

  function problemOf(): string | undefined {
    if (!Number.isInteger(world) || world < 1) return `world is ${world}`;
    if (!Number.isInteger(rank) || rank < 0 || rank >= world)
      return `rank ${rank} is not in a world of ${world}`;
    if (!Number.isInteger(generation) || generation < 0) return `generation is ${generation}`;
    if (addresses.length !== world) return `${addresses.length} addresses for a world of ${world}`;
    const bad = addresses.findIndex((a) => !/^.+:[1-9]\d*$/.test(a) || splitAddress(a).port > 65_535);
    if (bad !== -1) return `the address of rank ${bad} is "${addresses[bad]}"`;
    const twice = addresses.findIndex((a, i) => addresses.indexOf(a) !== i);
    return twice === -1
      ? undefined
      : `rank ${addresses.indexOf(addresses[twice] as string)} and ${twice} have one address`;
  }
}

function timeout(o: GroupOptions, ms: number, missing: Set<number>): JoinError {
  const names = [...missing].map((r) => `rank ${r} at ${o.addresses[r]}`).join(', ');
  return new JoinError(
    'JOIN_TIMEOUT',
    `generation ${o.generation} of group ${o.groupId} is not complete after ${ms} ms: missing ${names}`,
    'see the logs of the missing trainers; check that these addresses can be reached from here (not 127.0.0.1 between hosts)',
  );
}
