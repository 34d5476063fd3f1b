import type { Failure } from '@ovis/protocol';
import type { FailureCause, Gang, GangMember } from '@ovis/workflows';

/** A gang (or one of its trainers) failed. */
export class DriveFailure extends Error {
  override readonly name = 'DriveFailure';
  override readonly cause: FailureCause;

  constructor(cause: FailureCause) {
    super(cause.message);
    this.cause = cause;
  }
}

/** What a trainer reported, with the names of the trainers in place of bare ranks. */
export function reportedFailure(gang: Gang, member: GangMember, failed: Failure): DriveFailure {
  const peer = failed.peerRank === undefined ? undefined : gang.trainers[failed.peerRank];
  const who = peer === undefined ? '' : `; rank ${peer.rank} is ${peer.trainerId} at ${peer.grpcAddress}`;
  return new DriveFailure({
    code: failed.code,
    message: `${member.trainerId} (rank ${member.rank}): ${failed.message}${who}`,
    hint: failed.hint,
    retryable: failed.retryable,
    rank: member.rank,
    peerRank: failed.peerRank,
  });
}

export function trainerLost(member: GangMember, why: string): DriveFailure {
  return new DriveFailure({
    code: 'TRAINER_LOST',
    message: `${member.trainerId} (rank ${member.rank}) at ${member.grpcAddress} is lost: ${why}`,
    hint: `See the log of ${member.trainerId}; start it again or another one in its place.`,
    retryable: true,
    rank: member.rank,
    lost: [member.trainerId],
  });
}

/** @param o.diagnosis what the trainers answered when they were asked; `report` is where all of it stands */
export function trainerStalled(
  member: GangMember,
  o: { phase: string; silentMs: number; diagnosis: string; report: string },
): DriveFailure {
  return new DriveFailure({
    code: 'TRAINER_STALLED',
    message: `${member.trainerId} (rank ${member.rank}) keeps its gang from going on: no word for ${Math.round(o.silentMs / 1000)} s while ${o.phase}; ${o.diagnosis}`,
    hint: `${o.report === '' ? '' : `Stacks and collectives are in ${o.report}. `}See the log of ${member.trainerId}; stop it if it hangs.`,
    retryable: true,
    rank: member.rank,
  });
}

/** What the others see when one trainer fails or leaves. */
const consequences = new Set(['PEER_LOST', 'PEER_STALLED', 'TRAINER_LOST', 'GROUP_ABORTED']);

/**
 * The failure that explains the others. When one trainer fails, its peers only see that it left: what is no membership
 * fault is the cause, and among causes the one that no retry cures.
 */
export function rootFailure(failures: readonly DriveFailure[]): DriveFailure | undefined {
  const weight = ({ cause }: DriveFailure) => {
    // A trainer that drains stops the whole gang at a step; only itself knows that another gang may go on.
    if (cause.code === 'REGROUP') return 6;
    if (cause.code === 'STOPPED') return cause.retryable ? 4 : 5;
    return (consequences.has(cause.code) ? 2 : 0) + (cause.retryable ? 1 : 0);
  };
  return [...failures].sort((a, b) => weight(a) - weight(b))[0];
}
