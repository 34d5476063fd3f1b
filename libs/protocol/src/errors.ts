import { status, type Metadata, type ServiceError } from '@grpc/grpc-js';

/** gRPC statuses that callers meet, under the names used in `RpcError.code` and `RequestError.code`. */
const statusNames: Record<number, string> = {
  [status.CANCELLED]: 'CANCELLED',
  [status.UNKNOWN]: 'UNKNOWN',
  [status.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE',
  [status.NOT_FOUND]: 'NOT_FOUND',
  [status.ALREADY_EXISTS]: 'ALREADY_EXISTS',
  [status.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [status.RESOURCE_EXHAUSTED]: 'RESOURCE_EXHAUSTED',
  [status.FAILED_PRECONDITION]: 'FAILED_PRECONDITION',
  [status.ABORTED]: 'ABORTED',
  [status.OUT_OF_RANGE]: 'OUT_OF_RANGE',
  [status.UNIMPLEMENTED]: 'UNIMPLEMENTED',
  [status.INTERNAL]: 'INTERNAL',
  [status.UNAVAILABLE]: 'UNREACHABLE',
  [status.DATA_LOSS]: 'DATA_LOSS',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
};

/** Thrown by a server's handler: travels to the client with its code and hint. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;
  readonly hint: string;
  /** @param code a gRPC name (NOT_FOUND, FAILED_PRECONDITION ...) or a code of your own, sent as FAILED_PRECONDITION */
  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * A call that failed, as the client sees it.
 * `code`: UNREACHABLE (never connected), CONNECTION_LOST (the connection broke during the call), DEADLINE, CANCELLED,
 * or what the server's handler threw (NOT_FOUND, FAILED_PRECONDITION, a code of its own).
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: string;
  readonly hint: string;
  /** "host:port" that was called. */
  readonly address: string;
  /** "/package.Service/Method". */
  readonly method: string;
  constructor(o: {
    code: string;
    message: string;
    hint: string;
    address: string;
    method: string;
    cause?: unknown;
  }) {
    super(o.message, { cause: o.cause });
    this.code = o.code;
    this.hint = o.hint;
    this.address = o.address;
    this.method = o.method;
  }
}

/** A server that could not start. `code`: PORT_IN_USE, NO_PERMISSION, BAD_ADDRESS, BAD_CREDENTIALS or LISTEN_FAILED. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;
  readonly hint: string;
  readonly address: string;
  constructor(code: string, address: string, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.address = address;
  }
}

const codeKey = 'ovis-code';
const hintKey = 'ovis-hint';

/** Puts `{code, hint}` of an error thrown by a handler into trailers and picks the gRPC status. */
export function toStatus(
  error: unknown,
  metadata: Metadata,
): { code: status; details: string; metadata: Metadata } {
  const { code, hint } = (error ?? {}) as { code?: unknown; hint?: unknown };
  const details = error instanceof Error ? error.message : String(error);
  if (typeof hint === 'string') metadata.set(hintKey, encodeURIComponent(hint));
  if (typeof code !== 'string') return { code: status.INTERNAL, details, metadata };
  metadata.set(codeKey, encodeURIComponent(code));
  const known = Object.entries(statusNames).find(([, name]) => name === code);
  return { code: known ? Number(known[0]) : status.FAILED_PRECONDITION, details, metadata };
}

function header(metadata: Metadata | undefined, key: string): string | undefined {
  const value = metadata?.get(key)[0];
  return typeof value === 'string' ? decodeURIComponent(value) : undefined;
}

/** What the client knew when a call failed. */
export interface CallSite {
  address: string;
  method: string;
  /** The server had answered: headers or a message arrived. */
  answered: boolean;
  /** The channel was connected when the call failed or ran out of time. */
  connected: boolean;
  /** This side cancelled the call. */
  cancelledHere: boolean;
  deadlineMs?: number;
}

/** Turns a gRPC status into an RpcError that names the address and says what to do. */
export function fromStatus(error: ServiceError, site: CallSite): RpcError {
  const { address, method } = site;
  const remoteCode = header(error.metadata, codeKey);
  const base = { address, method, cause: error };
  if (remoteCode !== undefined) {
    const hint = header(error.metadata, hintKey) ?? 'see the log of the process at this address';
    return new RpcError({ ...base, code: remoteCode, message: error.details, hint });
  }
  const unanswered = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
  if (unanswered && !site.answered && !site.connected) {
    const waited =
      error.code === status.DEADLINE_EXCEEDED ? `no connection within ${site.deadlineMs} ms` : error.details;
    return new RpcError({
      ...base,
      code: 'UNREACHABLE',
      message: `cannot reach ${address} for ${method}: ${waited}`,
      hint: `check that the process at ${address} runs, that the address is right and that no firewall is between`,
    });
  }
  if (error.code === status.UNAVAILABLE || (site.answered && isReset(error, site))) {
    return new RpcError({
      ...base,
      code: 'CONNECTION_LOST',
      message: `the connection to ${address} broke during ${method}: ${error.details}`,
      hint: `the process at ${address} ended or the network failed; its log says which`,
    });
  }
  if (error.code === status.DEADLINE_EXCEEDED) {
    return new RpcError({
      ...base,
      code: 'DEADLINE',
      message: `${address} did not answer ${method} within ${site.deadlineMs} ms`,
      hint: 'the process is alive but busy or stuck; see its log, or allow a longer deadline',
    });
  }
  return new RpcError({
    ...base,
    code: statusNames[error.code] ?? 'UNKNOWN',
    message: `${method} at ${address} failed: ${error.details}`,
    hint:
      error.code === status.CANCELLED ? 'the caller cancelled' : `see the log of the process at ${address}`,
  });
}

/** A server that was killed or closed shows as RST_STREAM with INTERNAL, or as CANCELLED that nobody here asked for. */
function isReset(error: ServiceError, site: CallSite): boolean {
  if (error.code === status.CANCELLED) return !site.cancelledHere;
  return /RST_STREAM|ECONNRESET|stream ended|Connection dropped/i.test(error.details);
}
