import {
  Client,
  connectivityState,
  Metadata,
  status,
  type ClientDuplexStream,
  type ClientReadableStream,
} from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { AsyncQueue } from './async-queue.ts';
import type { Method } from './codec.ts';
import { fromStatus, RpcError, type CallSite } from './errors.ts';
import { clientCredentials, type TlsOptions } from './tls.ts';

export interface ClientOptions {
  tls?: TlsOptions;
  /** Limit for a unary call, and for connecting when a stream opens. Default 10,000. */
  deadlineMs?: number;
}

export interface CallOptions {
  /** Aborting cancels the call: the server's handler sees it, the caller gets RpcError CANCELLED. */
  signal?: AbortSignal;
  deadlineMs?: number;
}

/** A stream of messages in both directions. */
export interface BidiStream<Input, Output> extends AsyncIterable<Output> {
  /** Resolves when the message was handed to the connection; false when the stream is over. */
  send(message: Input): Promise<boolean>;
  /** No more messages from this side; the other side may go on. */
  end(): void;
  cancel(): void;
}

type CallState = Pick<CallSite, 'answered' | 'cancelledHere'>;

/** Messages a slow consumer may leave unread before the stream stops reading. */
const readAhead = 64;

const channelOptions = {
  // Addresses of a cluster are never behind the user's web proxy.
  'grpc.enable_http_proxy': 0,
  // Otherwise a new client inherits another one's back-off to the same address and fails without trying.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
};

/** One connection to one address; typed calls are built on it. */
export class RpcClient {
  readonly address: string;
  readonly #client: Client;
  readonly #deadlineMs: number;
  #closed = false;

  constructor(address: string, options: ClientOptions = {}) {
    this.address = address;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    const name = options.tls?.serverName;
    this.#client = new Client(address, clientCredentials(options.tls), {
      ...channelOptions,
      ...(name === undefined
        ? {}
        : { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name }),
    });
  }

  /** Ends the connection; calls in flight fail with CANCELLED or CONNECTION_LOST. */
  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  unary<I, O>(method: Method<I, unknown, unknown, O>, request: I, options: CallOptions = {}): Promise<O> {
    const deadlineMs = options.deadlineMs ?? this.#deadlineMs;
    this.#assertUsable(method.path, options);
    return new Promise((resolve, reject) => {
      const state = { answered: false, cancelledHere: false };
      const call = this.#client.makeUnaryRequest<I, O>(
        method.path,
        method.request.encode,
        method.response.decode,
        request,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          options.signal?.removeEventListener('abort', abort);
          if (error) reject(this.#error(error, method.path, state, deadlineMs));
          else resolve(response as O);
        },
      );
      call.on('metadata', () => (state.answered = true));
      const abort = () => {
        state.cancelledHere = true;
        call.cancel();
      };
      options.signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Opens the stream now. Leaving the `for await` loop cancels the call. */
  serverStream<I, O>(
    method: Method<I, unknown, unknown, O>,
    request: I,
    options: CallOptions = {},
  ): AsyncIterable<O> {
    this.#assertUsable(method.path, options);
    const call = this.#client.makeServerStreamRequest<I, O>(
      method.path,
      method.request.encode,
      method.response.decode,
      request,
      new Metadata(),
    );
    return this.#received(call, method.path, options).queue;
  }

  bidi<I, O>(method: Method<I, unknown, unknown, O>, options: CallOptions = {}): BidiStream<I, O> {
    this.#assertUsable(method.path, options);
    const call: ClientDuplexStream<I, O> = this.#client.makeBidiStreamRequest<I, O>(
      method.path,
      method.request.encode,
      method.response.decode,
      new Metadata(),
    );
    const received = this.#received(call, method.path, options);
    const queue = received.queue;
    const over = () => queue.ended || call.destroyed || call.writableEnded;
    return {
      [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
      send: (message) =>
        new Promise((resolve) => {
          if (over()) return resolve(false);
          // A broken call never runs the callback of a waiting write: its end settles the promise instead.
          const ended = () => resolve(false);
          call.once('status', ended);
          call.write(message, () => {
            call.off('status', ended);
            resolve(!over());
          });
        }),
      end: () => call.end(),
      cancel: () => received.cancel(),
    };
  }

  #received<O>(
    call: ClientReadableStream<O> | ClientDuplexStream<never, O>,
    path: string,
    options: CallOptions,
  ): { queue: AsyncQueue<O>; cancel: () => void } {
    const state = { answered: false, cancelledHere: false };
    const cancel = () => {
      state.cancelledHere = true;
      call.cancel();
    };
    const queue = new AsyncQueue<O>({
      onTaken: (size) => {
        if (size < readAhead && call.isPaused()) call.resume();
      },
      onReturn: cancel,
    });
    const deadlineMs = options.deadlineMs ?? this.#deadlineMs;
    let failure: RpcError | undefined;
    options.signal?.addEventListener('abort', cancel, { once: true });
    // A stream has no deadline of its own, but connecting must not take for ever (a black-holed address).
    const connecting = setTimeout(() => {
      if (state.answered || this.#connected()) return;
      const details = `no connection within ${deadlineMs} ms`;
      failure = this.#error(serviceError(status.UNAVAILABLE, details), path, state, deadlineMs);
      call.cancel();
    }, deadlineMs);
    call.on('metadata', () => {
      state.answered = true;
      clearTimeout(connecting);
    });
    call.on('data', (message: O) => {
      queue.push(message);
      if (queue.size >= readAhead) call.pause();
    });
    // grpc-js emits `error` before the messages that are still buffered were read: keep it until `end`.
    call.on('error', (error: ServiceError) => {
      failure ??= this.#error(error, path, state, deadlineMs);
    });
    call.on('status', () => {
      clearTimeout(connecting);
      options.signal?.removeEventListener('abort', cancel);
    });
    call.on('end', () => (failure ? queue.fail(failure) : queue.end()));
    return { queue, cancel };
  }

  #connected(): boolean {
    return !this.#closed && this.#client.getChannel().getConnectivityState(false) === connectivityState.READY;
  }

  #error(error: ServiceError, method: string, state: CallState, deadlineMs: number): RpcError {
    const connected = this.#connected();
    return fromStatus(error, { ...state, address: this.address, method, connected, deadlineMs });
  }

  #assertUsable(method: string, options: CallOptions): void {
    const { address } = this;
    if (this.#closed) {
      const hint = 'make a new client';
      throw new RpcError({
        code: 'CLOSED',
        message: `the client of ${address} is closed`,
        hint,
        address,
        method,
      });
    }
    if (options.signal?.aborted) {
      const hint = 'the caller cancelled';
      throw new RpcError({
        code: 'CANCELLED',
        message: `${method} was cancelled before it began`,
        hint,
        address,
        method,
      });
    }
  }
}

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
