import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { freePorts } from '@ovis/bootstrap';

/** Names of what a cluster of the user's own would be found by. */
const FOREIGN =
  /^(TEMPORAL_(?!BIN$)|AWS_|OVIS_(?!CACHE_DIR$)|NODE_OPTIONS$|VITEST|NODE_ENV$|https?_proxy$|HTTPS?_PROXY$)/;

/** The environment without anything that names a cluster, a storage or ports: specs use only what they start. */
export function cleanEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
}

/** A word in the environment of everything a spec starts, by which all of it can be found again. */
export function markedEnv(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; mark: string } {
  const mark = `ovis-e2e-${randomUUID()}`;
  return { mark, env: { ...env, OVIS_E2E_MARK: mark } };
}

/** Ports of a cluster, chosen, so that the usual ones stay free for the user. */
export async function portEnv(): Promise<Record<string, string>> {
  const names = ['OVIS_TEMPORAL_PORT', 'OVIS_TEMPORAL_UI_PORT', 'OVIS_S3_PORT', 'OVIS_FLEET_PORT'];
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, at) => [name, String(ports[at])]));
}

/** True when something answers at "host:port". */
export function isListening(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = net.connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    socket.once('connect', () => resolve((socket.destroy(), true)));
    socket.once('error', () => resolve(false));
  });
}
