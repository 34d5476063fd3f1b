import { createServer, request as send, type IncomingMessage } from 'node:http';

/** An HTTP proxy in front of an S3 server that sees every request before it goes on. */
export interface WatchingProxy {
  readonly url: string;
  /** Asked for each request, `PUT /bucket/key?...`; false: it is dropped with its connection. May take its time. */
  onRequest: (line: string) => boolean | Promise<boolean>;
  close(): Promise<void>;
}

export async function startWatchingProxy(target: string): Promise<WatchingProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    void (async () => {
      const pass = await proxy.onRequest(`${request.method} ${request.url}`);
      if (!pass || request.destroyed) {
        request.socket.destroy();
        return;
      }
      const { method, url, headers } = request;
      // The signature covers the host that the client named: all headers go on as they are.
      const onward = send({ hostname, port, method, path: url, headers }, (answer: IncomingMessage) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => request.socket.destroy());
      request.pipe(onward);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const proxy: WatchingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    onRequest: () => true,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
