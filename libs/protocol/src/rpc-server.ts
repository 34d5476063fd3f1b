import { hostname } from 'node:os';
import {
  logVerbosity,
  Metadata,
  Server,
  setLogVerbosity,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { sendUnaryData, UntypedHandleCall } from '@grpc/grpc-js';
import { AsyncQueue } from './async-queue.ts';
import type { Method } from './codec.ts';
import { ListenError, toStatus } from './errors.ts';
import { serverCredentials, type TlsOptions } from './tls.ts';

export interface ServeOptions {
  /** Interface to listen on. Default 127.0.0.1; 0.0.0.0 for all. */
  host?: string;
  /** 0 picks a free one (default). */
  port?: number;
  /** Host name or address that others dial; default `host`, or this machine's host name when `host` is a wildcard. */
  advertise?: string;
  tls?: TlsOptions;
}

export interface RunningServer {
  /** "host:port" that others dial. */
  address: string;
  port: number;
  /** Stops listening, gives calls in flight `graceMs` (default 0) to end, then cancels them. */
  close(graceMs?: number): Promise<void>;
}

/** What a handler knows of its caller. */
export interface ServerCall {
  /** Aborted when the caller cancelled, went away, or the server closes. */
  signal: AbortSignal;
  /** "ip:port" of the caller. */
  peer: string;
}

export type UnaryHandler<Request, ResponseInput> = (
  request: Request,
  call: ServerCall,
) => Promise<ResponseInput>;
export type StreamHandler<Request, ResponseInput> = (
  request: Request,
  call: ServerCall,
) => AsyncIterable<ResponseInput>;
export type BidiHandler<Request, ResponseInput> = (
  requests: AsyncIterable<Request>,
  call: ServerCall,
) => AsyncIterable<ResponseInput>;

type Responding<O> = ServerWritableStream<unknown, O> | ServerDuplexStream<unknown, O>;

function context(call: {
  getPeer(): string;
  on(event: 'cancelled', listener: () => void): unknown;
}): ServerCall {
  const controller = new AbortController();
  call.on('cancelled', () => controller.abort());
  return { signal: controller.signal, peer: call.getPeer() };
}

export function unary<Q, R>(
  _method: Method<never, Q, R, unknown>,
  handler: UnaryHandler<Q, R>,
): UntypedHandleCall {
  return (call: ServerUnaryCall<Q, R>, respond: sendUnaryData<R>) => {
    // Headers at once: a caller whose connection breaks then knows that the call had arrived.
    call.sendMetadata(new Metadata());
    Promise.resolve()
      .then(() => handler(call.request, context(call)))
      .then(
        (response) => respond(null, response),
        (error: unknown) => respond(toStatus(error, new Metadata())),
      );
  };
}

export function serverStream<Q, R>(
  _m: Method<never, Q, R, unknown>,
  handler: StreamHandler<Q, R>,
): UntypedHandleCall {
  return (call: ServerWritableStream<Q, R>) => {
    const about = context(call);
    void respond(call, () => handler(call.request, about), about);
  };
}

export function bidi<Q, R>(
  _method: Method<never, Q, R, unknown>,
  handler: BidiHandler<Q, R>,
): UntypedHandleCall {
  return (call: ServerDuplexStream<Q, R>) => {
    const about = context(call);
    const requests = new AsyncQueue<Q>();
    call.on('data', (message: Q) => requests.push(message));
    call.on('end', () => requests.end());
    call.on('close', () => requests.end());
    about.signal.addEventListener('abort', () => requests.end());
    void respond(call, () => handler(requests, about), about);
  };
}

/** Writes what the handler yields, at the speed of the reader, until it ends or the caller goes away. */
async function respond<R>(
  call: Responding<R>,
  open: () => AsyncIterable<R>,
  { signal }: ServerCall,
): Promise<void> {
  // The caller learns that the call was accepted before the first message.
  call.sendMetadata(new Metadata());
  let iterator: AsyncIterator<R> | undefined;
  const cancelled = new Promise<'cancelled'>((resolve) => {
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true });
  });
  try {
    iterator = open()[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([iterator.next(), cancelled]);
      if (next === 'cancelled' || signal.aborted) break;
      if (next.done) {
        iterator = undefined;
        break;
      }
      if (!call.write(next.value)) {
        const drained = new Promise<void>((resolve) => call.once('drain', resolve));
        await Promise.race([drained, cancelled]);
      }
    }
    if (!signal.aborted) call.end();
  } catch (error) {
    iterator = undefined;
    if (!signal.aborted) call.emit('error', toStatus(error, new Metadata()));
  } finally {
    // Not awaited: a generator that waits for something else returns when that comes; `signal` tells it earlier.
    void iterator?.return?.()?.then(undefined, () => {});
  }
}

// grpc-js prints to stderr what it also reports as an error; the caller gets the error.
if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);

const serverOptions = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/** Starts a server with one service. */
export async function serve(
  service: Record<
    string,
    { method: { definition: Method<never, never, never, never>['definition'] }; handle: UntypedHandleCall }
  >,
  options: ServeOptions,
): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const wanted = hostPort(host, options.port ?? 0);
  const server = new Server(serverOptions);
  const entries = Object.entries(service);
  server.addService(
    Object.fromEntries(entries.map(([name, { method }]) => [name, method.definition])),
    Object.fromEntries(entries.map(([name, { handle }]) => [name, handle])),
  );
  let credentials;
  try {
    credentials = serverCredentials(options.tls);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ListenError(
      'BAD_CREDENTIALS',
      wanted,
      `cannot serve TLS on ${wanted}: ${why}`,
      'check the certificate and key files',
      error,
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(wanted, credentials, (error, bound) => {
      if (error) {
        server.forceShutdown();
        reject(listenError(error, wanted));
      } else resolve(bound);
    });
  });
  const wildcard = host === '0.0.0.0' || host === '::';
  return {
    address: hostPort(options.advertise ?? (wildcard ? hostname() : host), port),
    port,
    close: (graceMs = 0) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function listenError(error: Error, address: string): ListenError {
  if (/EADDRINUSE/.test(error.message)) {
    const port = address.slice(address.lastIndexOf(':') + 1);
    const hint = `stop the process that uses port ${port} (\`lsof -i :${port}\` names it) or choose another port`;
    return new ListenError(
      'PORT_IN_USE',
      address,
      `port ${port} is in use: cannot listen on ${address}`,
      hint,
      error,
    );
  }
  if (/EACCES/.test(error.message)) {
    const hint = 'ports below 1024 need privileges: choose a higher one';
    return new ListenError('NO_PERMISSION', address, `no permission to listen on ${address}`, hint, error);
  }
  if (/EADDRNOTAVAIL|ENOTFOUND|Name resolution/i.test(error.message)) {
    const hint =
      'use 127.0.0.1 for this machine only, 0.0.0.0 for all interfaces, or an address that `ip addr` lists';
    return new ListenError('BAD_ADDRESS', address, `this machine has no address ${address}`, hint, error);
  }
  return new ListenError(
    'LISTEN_FAILED',
    address,
    `cannot listen on ${address}: ${error.message}`,
    'see the message',
    error,
  );
}
