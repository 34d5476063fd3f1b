import type { CollectiveReport } from './engine/flight-recorder.ts';

/** Base of this library's errors: `message` says what, where and why; `hint` how to fix it. */
export class CollectiveError extends Error {
  override readonly name: string = 'CollectiveError';
  readonly code: string;
  readonly hint: string;
  /** The last collectives of the group that failed, oldest first. */
  flightRecord?: CollectiveReport[];
  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/**
 * How a peer was lost: its connection closed, it made no progress in a collective for `timeoutMs`, nothing at all was heard of it for
 * `livenessMs`, or it called `close()`.
 */
export type LostReason = 'closed' | 'stalled' | 'silent' | 'left';

export interface PeerLostDetails {
  rank: number;
  address: string;
  reason: LostReason;
  /** The collective that ran here, for instance "allReduce"; "none" when the group was idle. */
  collective: string;
  tag?: string;
  sequence: number;
  /** Bytes of this collective that had come from the lost rank. */
  bytesReceived: number;
  /** Bytes of it that were due from that rank, as far as it was known. */
  bytesExpected: number;
  /** The rank that noticed, when it was not this one. */
  reportedBy?: number;
  timeoutMs: number;
}

/** A rank of the group is gone. Every pending and later collective of the group fails with it: re-form the group. */
export class PeerLostError extends CollectiveError {
  override readonly name = 'PeerLostError';
  readonly rank: number;
  readonly address: string;
  readonly reason: LostReason;
  readonly collective: string;
  readonly sequence: number;
  readonly bytesReceived: number;
  readonly bytesExpected: number;
  readonly details: PeerLostDetails;
  constructor(details: PeerLostDetails) {
    const { rank, address, reason, collective, sequence, tag, bytesReceived, bytesExpected, reportedBy } =
      details;
    const how = {
      closed: 'its connection closed',
      stalled: `it made no progress for ${details.timeoutMs} ms`,
      silent: `nothing was heard of it for ${details.timeoutMs} ms`,
      left: 'it left the group',
    }[reason];
    const tagged = tag === undefined ? '' : ` tagged '${tag}'`;
    const where = collective === 'none' ? 'between collectives' : `in ${collective} #${sequence}${tagged}`;
    const who = reportedBy === undefined ? '' : ` (reported by rank ${reportedBy})`;
    super(
      'PEER_LOST',
      `lost rank ${rank} at ${address} ${where}: ${how}${who}; ${bytesReceived} of ${bytesExpected} bytes of it had arrived`,
      `see the log of the trainer at ${address}; the others can form the group again in the next generation`,
    );
    this.rank = rank;
    this.address = address;
    this.reason = reason;
    this.collective = collective;
    this.sequence = sequence;
    this.bytesReceived = bytesReceived;
    this.bytesExpected = bytesExpected;
    this.details = details;
  }
}

/** Two ranks ran different collectives under the same sequence number: a bug of the caller, found at once. */
export class CollectiveMismatchError extends CollectiveError {
  override readonly name = 'CollectiveMismatchError';
  constructor(message: string) {
    super(
      'COLLECTIVE_MISMATCH',
      message,
      'every rank must run the same collectives with the same sizes in the same order: compare config and data of the two ranks',
    );
  }
}

/** Bytes changed on the way, or something else than a peer talks on the connection. */
export class CorruptFrameError extends CollectiveError {
  override readonly name = 'CorruptFrameError';
  readonly rank: number;
  constructor(rank: number, message: string) {
    const hint =
      'the network or memory of one of the two hosts damages data: form the group again, on other hosts if it recurs';
    super('CORRUPT_FRAME', message, hint);
    this.rank = rank;
  }
}

/** The group ended on purpose: `abort()` or `close()` here, or `abort()` on another rank. */
export class GroupAbortedError extends CollectiveError {
  override readonly name = 'GroupAbortedError';
  constructor(message: string, cause?: unknown) {
    super('GROUP_ABORTED', message, 'join the next generation of the group', cause);
  }
}

/**
 * The group did not come together. `code`: JOIN_TIMEOUT, STALE_GENERATION, WORLD_MISMATCH, VERSION_MISMATCH, DUPLICATE_RANK,
 * BAD_GROUP (wrong options) or LISTENER_CLOSED.
 */
export class JoinError extends CollectiveError {
  override readonly name = 'JoinError';
}

/** The listener could not start. `code`: PORT_IN_USE, BAD_ADDRESS or LISTEN_FAILED. */
export class ListenError extends CollectiveError {
  override readonly name = 'ListenError';
}
