import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a server that breaks connections on purpose. */
export interface FaultyProxy {
  readonly url: string;
  /** What happens to a connection once it has carried `afterBytes` of answers. */
  fault: { kind: 'none' | 'cut' | 'stall'; afterBytes: number; times: number };
  /** True: what is connected is cut, and nobody gets through any more. */
  away: boolean;
  /** Bytes per second that requests are let through with, all connections together; 0: no limit. */
  uploadBytesPerS: number;
  /** Connections broken so far. */
  readonly broken: number;
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const state = { broken: 0 };
  let freeAt = 0;
  let away = false;
  const server = createServer((client) => {
    if (away) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    let carried = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      upstream.write(chunk);
      if (proxy.uploadBytesPerS === 0) return;
      freeAt = Math.max(freeAt, performance.now()) + (chunk.length * 1000) / proxy.uploadBytesPerS;
      client.pause();
      setTimeout(() => client.resume(), freeAt - performance.now());
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (chunk) => {
      const { fault } = proxy;
      carried += chunk.length;
      if (fault.kind === 'none' || fault.times <= 0 || carried < fault.afterBytes) {
        client.write(chunk);
        return;
      }
      fault.times -= 1;
      state.broken += 1;
      const part = chunk.subarray(0, chunk.length >> 1);
      if (fault.kind === 'cut') client.write(part, () => client.destroy());
      else {
        client.write(part);
        upstream.pause();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${address.port}`,
    fault: { kind: 'none', afterBytes: 0, times: 0 },
    uploadBytesPerS: 0,
    get away() {
      return away;
    },
    set away(value) {
      away = value;
      if (away) for (const socket of sockets) socket.destroy();
    },
    get broken() {
      return state.broken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
