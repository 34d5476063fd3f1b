import { trainerClient } from '@ovis/protocol';
import type { Gang } from '@ovis/workflows';
import type { Log } from '../logger.ts';

/**
 * Asks every trainer of the gang to stop at the next step boundary. A trainer that cannot be reached is no reason to
 * wait: it is gone, or it will find its peers gone.
 * @returns the URL of the checkpoint that was saved
 */
export async function stopGang(
  gang: Gang,
  o: { checkpoint?: boolean; hold?: boolean; reason: string; log: Log; deadlineMs: number },
): Promise<string | undefined> {
  const answers = await Promise.all(
    gang.trainers.map(async (member) => {
      const client = trainerClient(member.grpcAddress, { deadlineMs: o.deadlineMs });
      try {
        return await client.stop({
          gangId: gang.gangId,
          checkpoint: o.checkpoint,
          hold: o.hold,
          reason: o.reason,
        });
      } catch (error) {
        o.log.warn(
          `${member.trainerId} did not stop: ${error instanceof Error ? error.message : String(error)}`,
        );
        return undefined;
      } finally {
        client.close();
      }
    }),
  );
  return answers.find((answer) => answer !== undefined && answer.checkpointUrl !== '')?.checkpointUrl;
}
