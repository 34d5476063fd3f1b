import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServer {
  /** "http://host:port/metrics". */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves a registry's metrics to Prometheus: GET `/metrics`. Nothing keeps the process alive for it.
 * @param o.port 0: a free one
 * @throws Error with `code` METRICS_PORT and a `hint` when the port cannot be had
 */
export async function serveMetrics(
  registry: Registry,
  o: { host: string; port: number },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('see /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unavailable(o, cause)));
    server.listen(o.port, o.host, resolve);
  });
  server.unref();
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function unavailable({ host, port }: { host: string; port: number }, cause: Error): Error {
  const error = new Error(`metrics cannot be served at ${host}:${port}: ${cause.message}`, { cause });
  const hint = 'Choose another port (--metrics-port, OVIS_METRICS_PORT), or 0 for a free one.';
  return Object.assign(error, { code: 'METRICS_PORT', hint });
}
