import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { BlockList, isIP } from 'node:net';

/** One place where a rank can be dialled. */
export interface Endpoint {
  kind: 'socket' | 'grpc';
  host: string;
  port: number;
}

const GRPC = 'grpc://';

/**
 * A rank's address: "host:port", or several places to try in turn, "10.0.0.7:4711,192.168.3.7:4711,grpc://gateway:443".
 * @returns undefined when a part of it is no address
 */
export function parseAddress(address: string): Endpoint[] | undefined {
  const endpoints = address.split(',').map(parseEndpoint);
  return endpoints.every((one) => one !== undefined) ? endpoints : undefined;
}

function parseEndpoint(text: string): Endpoint | undefined {
  const grpc = text.startsWith(GRPC);
  const match = /^(.+):([1-9]\d*)$/.exec(grpc ? text.slice(GRPC.length) : text);
  if (!match || Number(match[2]) > 65_535) return undefined;
  const host = (match[1] as string).replace(/^\[|\]$/g, '');
  return { kind: grpc ? 'grpc' : 'socket', host, port: Number(match[2]) };
}

export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether "host:port" or "[::1]:port" names a port already; a bare IPv6 address does not. */
export function hasPort(text: string): boolean {
  return /^(\[.+\]|[^:]+):[1-9]\d*$/.test(text);
}

export function endpointText({ kind, host, port }: Endpoint): string {
  return `${kind === 'grpc' ? GRPC : ''}${hostPort(host, port)}`;
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

export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/**
 * Hosts to advertise: each wish is an address or name, which stands as it is, an interface ("eth0") or a network ("10.0.0.0/8"), which stand
 * for this machine's addresses there.
 * @throws Error when a wish names nothing of this machine
 */
export function resolveAdvertised(wishes: readonly string[], family: 'IPv4' | 'any'): string[] {
  return [...new Set(wishes.flatMap((wish) => resolveWish(wish.trim(), family)))];
}

function resolveWish(wish: string, family: 'IPv4' | 'any'): string[] {
  const own = ownAddresses(family);
  const byInterface = own.filter(({ name }) => name === wish);
  if (byInterface.length > 0) return byInterface.map(({ address }) => address);
  if (!wish.includes('/')) return [wish];
  const [network = '', prefix] = wish.split('/');
  const version = isIP(network);
  if (version === 0) throw new Error(`"${wish}" is no network`);
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
  const inside = own.filter(({ address }) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'));
  if (inside.length > 0) return inside.map(({ address }) => address);
  const all = own.map(({ name, address }) => `${name} ${address}`).join(', ');
  throw new Error(`this machine has no address in ${wish}; it has ${all}`);
}

/** Addresses that other machines may reach: not loopback, not link-local; IPv4 first. */
export function ownAddresses(family: 'IPv4' | 'any'): { name: string; address: string }[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map((one) => ({ name, ...one })),
  );
  return all
    .filter((one) => !one.internal && (family === 'any' || one.family === 'IPv4'))
    .filter((one) => !one.address.startsWith('fe80') && !one.address.startsWith('169.254.'))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ name, address }) => ({ name, address }));
}

/** Why an advertised name will not do for other machines: many systems resolve their own name to 127.0.1.1. */
export async function loopbackWarning(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return undefined;
  try {
    const found = await lookup(host, { all: true });
    if (!found.every(({ address }) => address.startsWith('127.') || address === '::1')) return undefined;
    return `the advertised name ${host} is ${found.map(({ address }) => address).join(', ')} here: on other machines it may be them, not this one; advertise an address or an interface`;
  } catch {
    return `the advertised name ${host} cannot be resolved here`;
  }
}
