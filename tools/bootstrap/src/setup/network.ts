import net from 'node:net';

/** Splits "host:port", "[::1]:7233" or a URL; undefined when there is no port to be found. */
export function parseAddress(address: string): { host: string; port: number } | undefined {
  try {
    const url = new URL(address.includes('://') ? address : `tcp://${address}`);
    const port = Number(url.port || { 'http:': 80, 'https:': 443 }[url.protocol] || 0);
    return url.hostname && port ? { host: url.hostname.replace(/^\[|\]$/g, ''), port } : undefined;
  } catch {
    return undefined;
  }
}

/** Opens and closes a TCP connection. @returns why it failed, undefined when something listens */
export function whyUnreachable(address: string, timeoutMs = 5000): Promise<string | undefined> {
  const target = parseAddress(address);
  if (!target) return Promise.resolve('not of the form host:port');
  return new Promise((resolve) => {
    const socket = net.connect({ ...target, timeout: timeoutMs });
    const end = (why: string | undefined) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${timeoutMs / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
