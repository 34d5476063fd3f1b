import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError, type RunStageRequestInput, type StageEvent, type TrainerClient } from '@ovis/protocol';
import type { GangMember } from '@ovis/workflows';
import { DriveFailure, trainerLost } from './drive-failure.ts';

export interface FollowOptions {
  client: TrainerClient;
  member: GangMember;
  request: RunStageRequestInput & { gangId: string; generation: number; attempt: number };
  /** Does the fleet hear of this trainer, is its stream open, and does a peer say that it has left? */
  presence: () => { alive: boolean; connected: boolean; missed: boolean };
  reattachMs: number;
  /** The stage runs already, as far as is known. */
  attach: boolean;
  /** Asked when a later attempt finds that a trainer does not run the stage: did the stage already get somewhere? */
  gotSomewhere: () => Promise<boolean>;
  signal: AbortSignal;
}

/** A refusal that the next generation may not meet. */
const passingRefusals = new Set([
  'BUSY',
  'DRAINING',
  'NOT_RESERVED',
  'ALREADY_EXISTS',
  'STALE_GENERATION',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
]);
/** Pause before the next try to attach, and refused connections in a row after which nobody is believed to listen any more. */
const retryMs = 100;
const refusals = 3;

const brokenConnection = new Set(['UNREACHABLE', 'CONNECTION_LOST', 'DEADLINE']);

/**
 * One trainer's events until its `done` or `failed`, over as many connections as it takes: its work does not depend on
 * them. The first attempt starts the stage; later ones attach to it and start it only where it never began.
 * @throws DriveFailure TRAINER_LOST when it stays away, or when it came back as a new process
 */
export async function* followTrainer(o: FollowOptions): AsyncGenerator<StageEvent, void> {
  const { gangId, generation, attempt } = o.request;
  let mode: 'run' | 'attach' | 'attach-or-run' = attempt > 1 || o.attach ? 'attach-or-run' : 'run';
  let brokenSince: number | undefined;
  let refusedInARow = 0;
  for (;;) {
    try {
      const call = { signal: o.signal };
      const events =
        mode === 'run' ? o.client.runStage(o.request, call) : o.client.attach({ gangId, generation }, call);
      for await (const event of events) {
        brokenSince = undefined;
        refusedInARow = 0;
        // From here on a broken connection must not start the stage a second time.
        mode = 'attach';
        yield event;
        if (event.event === 'done' || event.event === 'failed') return;
      }
      brokenSince ??= performance.now();
      mode = 'attach';
    } catch (error) {
      if (o.signal.aborted || !(error instanceof RpcError)) throw error;
      if (error.code === 'NOT_FOUND' && mode === 'attach-or-run') {
        // It may have finished, or failed, while no controller watched: then the checkpoint is where to go on.
        if (await o.gotSomewhere()) throw trainerLost(o.member, 'it no longer runs this stage');
        mode = 'run';
        continue;
      }
      if (error.code === 'NOT_FOUND' && mode === 'attach') {
        throw trainerLost(o.member, 'it was started anew and knows nothing of this stage');
      }
      if (!brokenConnection.has(error.code)) throw refused(o.member, error);
      brokenSince ??= performance.now();
      // The call may have arrived before the connection broke.
      if (mode === 'run') mode = 'attach-or-run';
      const away = performance.now() - brokenSince;
      const { alive, connected, missed } = o.presence();
      refusedInARow = error.message.includes('ECONNREFUSED') ? refusedInARow + 1 : 0;
      // Its machine says that nobody listens and its stream to the fleet is closed: the process is gone, no need to wait.
      const gone = !connected && refusedInARow >= (missed ? 1 : refusals);
      const limit = alive ? 3 * o.reattachMs : o.reattachMs;
      if (gone || away > limit) throw trainerLost(o.member, error.message);
    }
    await sleep(retryMs, undefined, { signal: o.signal }).catch(() => {});
  }
}

function refused(member: GangMember, error: RpcError): DriveFailure {
  return new DriveFailure({
    code: error.code,
    message: `${member.trainerId} (rank ${member.rank}): ${error.message}`,
    hint: error.hint,
    retryable: passingRefusals.has(error.code),
    rank: member.rank,
  });
}
