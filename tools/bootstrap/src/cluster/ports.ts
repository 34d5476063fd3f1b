import net from 'node:net';
import { BootstrapError } from '../errors.ts';

/** The ports users know. Each can be named by an environment variable; then it must be free. */
export const PORTS = {
  temporal: { variable: 'OVIS_TEMPORAL_PORT', usual: 7233, what: 'the Temporal server' },
  temporalUi: { variable: 'OVIS_TEMPORAL_UI_PORT', usual: 8233, what: "Temporal's web page" },
  s3: { variable: 'OVIS_S3_PORT', usual: 8333, what: 'the S3 server' },
  fleet: { variable: 'OVIS_FLEET_PORT', usual: 7400, what: "the controller's fleet service" },
} as const;

export type PortName = keyof typeof PORTS;

/** True when nothing listens on the port of the loopback interface. */
export async function isPortFree(port: number): Promise<boolean> {
  const bound = await new Promise<boolean>((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
  if (!bound) return false;
  // Where a wildcard listener does not stop a bind (macOS), a connection tells.
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => (socket.destroy(), resolve(false)));
    socket.once('error', () => resolve(true));
  });
}

/**
 * Below the ports that systems give to whoever asks for any (Linux: from 32768, macOS and Windows: from 49152), and above
 * the well-known ones: no connection of another program takes one between our look and the server's start.
 */
const RANGE = { first: 15_000, count: 16_000 };

/** What this process has chosen or was told, whether or not its server listens already: nobody else here gets it. */
const spokenFor = new Set<number>();

/** Any free ports, all different, none of which the system gives away by chance, and none given out here before. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = RANGE.first + Math.floor(Math.random() * RANGE.count);
    if (spokenFor.has(port)) continue;
    spokenFor.add(port);
    if (await isPortFree(port)) ports.push(port);
    else spokenFor.delete(port);
  }
  return ports;
}

export interface ChosenPort {
  port: number;
  /** says that the usual port was taken */
  note?: string;
}

/**
 * The port the user named, else the usual one, else any free one.
 * @throws BootstrapError PORT_IN_USE when the named port is taken or is no port
 */
export async function choosePort(
  name: PortName,
  env: NodeJS.ProcessEnv,
  options: { avoidUsual?: boolean } = {},
): Promise<ChosenPort> {
  const { variable, usual, what } = PORTS[name];
  const named = env[variable];
  if (named) {
    const port = Number(named);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new BootstrapError('PORT_IN_USE', `${variable}=${named} is not a port number (1 to 65535)`, {
        hint: `set ${variable} to a free port, or \`unset ${variable}\``,
      });
    }
    if (await isPortFree(port)) return { port };
    throw new BootstrapError('PORT_IN_USE', `port ${port} for ${what} (${variable}) is in use`, {
      hint: `see who has it: \`${whoListens(port)}\`; or name another, or \`unset ${variable}\` to let a free one be chosen`,
    });
  }
  if (!options.avoidUsual && (await isPortFree(usual))) return { port: usual };
  const [port = 0] = await freePorts(1);
  return { port, note: `port ${usual} is in use: ${what} is on ${port} instead (${variable}=... to choose)` };
}

/**
 * Looks at every port the user named, before anything starts.
 * @throws BootstrapError PORT_IN_USE
 */
export async function checkNamedPorts(names: readonly PortName[], env: NodeJS.ProcessEnv): Promise<void> {
  const byPort = new Map<string, PortName>();
  for (const name of names) {
    const { variable } = PORTS[name];
    const named = env[variable];
    if (!named) continue;
    await choosePort(name, env);
    const other = byPort.get(named);
    if (other) {
      throw new BootstrapError('PORT_IN_USE', `${PORTS[other].variable} and ${variable} are both ${named}`, {
        hint: `give each its own port, or \`unset ${variable}\` to let a free one be chosen`,
      });
    }
    byPort.set(named, name);
    spokenFor.add(Number(named));
  }
}

/** The command that shows a port's owner. */
function whoListens(port: number): string {
  return process.platform === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -iTCP:${port} -sTCP:LISTEN`;
}
