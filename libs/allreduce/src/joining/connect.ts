import { JoinError } from '../errors.ts';
import type { CollectiveReport } from '../engine/flight-recorder.ts';
import { PeerLink, type LinkEvents } from '../engine/peer-link.ts';
import type { AlgorithmName } from '../wire/frame.ts';
import { parseAddress } from './addresses.ts';
import { Dialler } from './dial.ts';
import type { CollectiveListener } from './listener.ts';

export interface GroupOptions {
  groupId: string;
  /** Grows each time the group re-forms. */
  generation: number;
  rank: number;
  world: number;
  /** Address of every rank's listener, by rank, this one's included: "host:port", or several separated by commas, tried in turn. */
  addresses: string[];
  listener: CollectiveListener;
  /** A rank that is waited for and makes no progress for this long is lost. Default 120,000. */
  timeoutMs?: number;
  /**
   * A rank of which nothing at all is heard for this long is lost, though its connection stands: a host that vanished, a stopped process;
   * for half of it, when it has always answered within a quarter since the group began, at least twice as long as this.
   * Default 10,000; 0: never. A rank must not keep its main thread busy for as long.
   */
  livenessMs?: number;
  /** All ranks must have joined within this time. Default 30,000. */
  connectTimeoutMs?: number;
  /** What may connect ranks: default `auto`, unix sockets inside a machine, else TCP (TLS where the listener has it), else gRPC. */
  transport?: 'auto' | 'unix' | 'tcp' | 'grpc';
  /** The older form of `transport`. */
  sockets?: 'auto' | 'tcp';
  /** How collectives are done, where this can do them: overrides the choice by size. The same on all ranks. */
  algorithm?: AlgorithmName;
  /** Called with a report of every collective that has ended here, well or not: for metrics. */
  onReport?: (report: CollectiveReport) => void;
  /** For lines that explain what was chosen. They also go to NODE_DEBUG=allreduce. */
  log?: (line: string) => void;
}

/** What `connectGroup` needs of the group it builds. */
export interface GroupBuilder {
  events(rank: number): LinkEvents;
  attach(rank: number, link: PeerLink): void;
  /** What a rank's machine is called. */
  located(rank: number, host: string): void;
  /** The error of a group that broke while it formed. */
  failed(): Error | undefined;
  giveUp(error: Error): Promise<void>;
}

/** Connects this rank to all others: each rank dials all, and reads from whom it has dialled. */
export async function connectGroup(options: GroupOptions, group: GroupBuilder): Promise<void> {
  checkOptions(options);
  const { groupId, generation, rank, world, listener } = options;
  const connectTimeoutMs = options.connectTimeoutMs ?? 30_000;
  const dialling = new AbortController();
  const links = new Map<number, PeerLink>();
  const diallers = new Map<number, Dialler>();
  let unregister = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        const error = group.failed();
        if (error) reject(error);
        else if ([...links.values()].every((link) => link.complete)) resolve();
      };
      for (let peer = 0; peer < world; peer += 1) {
        if (peer === rank) continue;
        const link = new PeerLink(watched(group.events(peer), check));
        links.set(peer, link);
        group.attach(peer, link);
      }
      unregister = listener.register({
        groupId,
        generation,
        rank,
        world,
        accept: (peer, wire, host) => {
          group.located(peer, host);
          links.get(peer)?.attachOutbound(wire);
          check();
        },
        expects: (peer) => links.get(peer)?.paths.send === undefined && peer !== rank && peer < world,
        contradicted: ({ code, message, hint }) => reject(new JoinError(code, message, hint)),
      });
      timer = setTimeout(() => reject(timeout(options, connectTimeoutMs, links, diallers)), connectTimeoutMs);
      for (const [peer, link] of links) {
        const dialler = new Dialler(options, peer, dialling.signal);
        diallers.set(peer, dialler);
        const welcomed = (wire: Parameters<PeerLink['attachInbound']>[0], host: string) => {
          group.located(peer, host);
          link.attachInbound(wire);
          check();
        };
        dialler.dial(link.sink, welcomed).catch(reject);
      }
      check();
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

/** A group that breaks while it forms must not wait for the rest. */
function watched(events: LinkEvents, check: () => void): LinkEvents {
  return {
    ...events,
    closed: (cause) => {
      events.closed(cause);
      check();
    },
    control: (type, body) => {
      events.control(type, body);
      check();
    },
  };
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
    const bad = addresses.findIndex((address) => parseAddress(address) === undefined);
    if (bad !== -1) return `the address of rank ${bad} is "${addresses[bad]}"`;
    const twice = addresses.findIndex((a, i) => addresses.indexOf(a) !== i);
    return twice === -1
      ? undefined
      : `rank ${addresses.indexOf(addresses[twice] as string)} and ${twice} have one address`;
  }
}

function timeout(
  o: GroupOptions,
  ms: number,
  links: Map<number, PeerLink>,
  diallers: Map<number, Dialler>,
): JoinError {
  const names = [...links]
    .filter(([, link]) => !link.complete)
    .map(([peer, link]) => {
      const tried = [...(diallers.get(peer)?.failures ?? [])].map(([where, why]) => `${where}: ${why}`);
      const why = link.paths.receive
        ? 'it was reached, but has not dialled this rank'
        : tried.join('; ') || 'no way to dial it';
      return `rank ${peer} at ${o.addresses[peer]} (${why})`;
    });
  return new JoinError(
    'JOIN_TIMEOUT',
    `generation ${o.generation} of group ${o.groupId} is not complete after ${ms} ms: missing ${names.join(', ')}`,
    'see the logs of the missing trainers; check that these addresses can be reached from here (not 127.0.0.1 between hosts)',
  );
}
