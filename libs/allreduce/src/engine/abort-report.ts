import {
  CollectiveMismatchError,
  CorruptFrameError,
  GroupAbortedError,
  PeerLostError,
  type LostReason,
} from '../errors.ts';

/** What travels in an ABORT frame, so that all ranks name the same culprit. */
export type AbortReport =
  | { code: 'PEER_LOST'; rank: number; reason: LostReason; afterMs?: number }
  | { code: 'CORRUPT_FRAME'; rank: number; message: string }
  | { code: 'COLLECTIVE_MISMATCH'; message: string }
  | { code: 'GROUP_ABORTED'; message: string };

export function toReport(error: Error): AbortReport {
  if (error instanceof PeerLostError)
    return {
      code: 'PEER_LOST',
      rank: error.rank,
      reason: error.reason,
      afterMs: error.details.timeoutMs,
    };
  if (error instanceof CorruptFrameError)
    return { code: 'CORRUPT_FRAME', rank: error.rank, message: error.message };
  if (error instanceof CollectiveMismatchError)
    return { code: 'COLLECTIVE_MISMATCH', message: error.message };
  return { code: 'GROUP_ABORTED', message: error.message };
}

/** What the report of rank `from` means to rank `here`, unless a third rank is lost. */
export function fromReport(report: AbortReport, from: number, here: number): Error {
  switch (report.code) {
    case 'CORRUPT_FRAME':
      return new CorruptFrameError(report.rank, report.message);
    case 'COLLECTIVE_MISMATCH':
      return new CollectiveMismatchError(report.message);
    case 'GROUP_ABORTED':
      return new GroupAbortedError(report.message);
    case 'PEER_LOST': {
      const why = report.reason === 'closed' || report.reason === 'left' ? 'was gone' : 'was not heard of';
      return new GroupAbortedError(
        `rank ${from} went on without this rank ${here}, which ${why} for too long`,
      );
    }
  }
}
