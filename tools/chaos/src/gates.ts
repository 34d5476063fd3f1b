import http from 'node:http';
import net from 'node:net';

/** Something between two parts of the cluster that can be shut. */
export interface Gate {
  port: number;
  close(): Promise<void>;
}

/** A wire that can be cut. */
export interface NetworkGate extends Gate {
  /** From now on nothing arrives, in neither direction, and nobody is told: as when a cable is pulled. */
  cut(): void;
  /** New connections work again; those that lost bytes are closed. */
  mend(): void;
}

/** Forwards connections to a port of this machine. */
export async function networkGate(target: number): Promise<NetworkGate> {
  const sockets = new Set<net.Socket>();
  const lossy = new Set<net.Socket>();
  let open = true;
  const forward = (from: net.Socket, to: net.Socket) => {
    sockets.add(from);
    from.setNoDelay(true);
    if (!open) lossy.add(from);
    from.on('data', (bytes) => {
      if (open && !lossy.has(from)) to.write(bytes);
      else lossy.add(from).add(to);
    });
    const end = () => {
      sockets.delete(from);
      lossy.delete(from);
      // A cut wire does not carry the news that the other end has closed.
      if (open) to.destroy();
    };
    from.on('error', end).on('close', end);
  };
  const server = net.createServer((outer) => {
    const inner = net.connect(target, '127.0.0.1');
    forward(outer, inner);
    forward(inner, outer);
  });
  const port = await listen(server);
  return {
    port,
    cut() {
      open = false;
      for (const socket of sockets) lossy.add(socket);
    },
    mend() {
      open = true;
      for (const socket of lossy) socket.destroy();
      lossy.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An S3 server behind something that can say that its disk is full. */
export interface StorageGate extends Gate {
  /** While true, whatever would write is answered 507 InsufficientStorage. */
  full: boolean;
  /** Requests that were refused so. */
  refused: number;
}

const FULL = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>InsufficientStorage</Code><Message>no space left on device</Message></Error>`;

/** Forwards HTTP requests as they are: their signatures name this gate's port. */
export async function storageGate(target: number): Promise<StorageGate> {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method = 'GET' } = request;
    // A DELETE frees space: it works on a full disk.
    if (gate.full && (method === 'PUT' || method === 'POST')) {
      gate.refused++;
      request.resume();
      response.writeHead(507, { 'content-type': 'application/xml', connection: 'close' }).end(FULL);
      return;
    }
    const { url: path, rawHeaders } = request;
    const headers = pairs(rawHeaders);
    const onward = http.request({ host: '127.0.0.1', port: target, method, path, headers, agent });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    // `Expect: 100-continue` was answered here already.
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const port = await listen(server);
  const gate: StorageGate = {
    port,
    full: false,
    refused: 0,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gate;
}

function pairs(raw: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const [name, value] = [(raw[i] as string).toLowerCase(), raw[i + 1] as string];
    if (name === 'expect' || name === 'connection') continue;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
  });
}
