import { Metadata, Server, status, type ServerDuplexStream } from '@grpc/grpc-js';
import { serverCredentials } from '@ovis/protocol';
import { ListenError } from '../errors.ts';
import { hostPort } from '../joining/addresses.ts';
import type { CollectiveListener } from '../joining/listener.ts';
import { connectMethod, dataOf, GrpcWire } from './grpc-wire.ts';

/**
 * Lets other ranks reach this process's groups over a gRPC server that is there anyway; to be called before the server starts. Then tell them
 * where: `listener.alsoAt('grpc://host:port')`.
 */
export function mountCollectives(server: Server, listener: CollectiveListener): void {
  server.addService(
    { connect: connectMethod },
    { connect: (call: ServerDuplexStream<Buffer, Buffer>) => accept(call, listener) },
  );
}

function accept(call: ServerDuplexStream<Buffer, Buffer>, listener: CollectiveListener): void {
  const wire = new GrpcWire(call, {
    remote: call.getPeer(),
    cancel: () => call.emit('error', { code: status.CANCELLED, details: 'the connection was closed' }),
  });
  const reader = listener.greet(wire);
  call.on('data', (chunk: Buffer) => {
    const data = dataOf(chunk);
    if (data) reader.feed(data);
    else wire.destroy();
  });
  for (const event of ['cancelled', 'finish', 'close'] as const)
    call.on(event, () => wire.closed('the connection was closed by the other side'));
  // The dialler greets when it hears that somebody is here.
  call.sendMetadata(new Metadata());
}

export interface CollectiveServer {
  /** "grpc://host:port", which the listener advertises now. */
  address: string;
  close(): void;
}

/** Starts a gRPC server for nothing but collectives, with the listener's TLS. @throws ListenError */
export async function serveCollectives(
  listener: CollectiveListener,
  o: { host?: string; port?: number; advertise?: string } = {},
): Promise<CollectiveServer> {
  const host = o.host ?? '127.0.0.1';
  const server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  mountCollectives(server, listener);
  const where = hostPort(host, o.port ?? 0);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(where, serverCredentials(listener.tls), (error, bound) => {
      if (!error) return resolve(bound);
      server.forceShutdown();
      reject(
        new ListenError(
          'LISTEN_FAILED',
          `cannot serve gRPC on ${where}: ${error.message}`,
          'see the message',
          error,
        ),
      );
    });
  });
  const address = `grpc://${hostPort(o.advertise ?? host, port)}`;
  listener.alsoAt(address);
  return { address, close: () => server.forceShutdown() };
}
