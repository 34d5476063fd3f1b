import { trainerClient } from '@ovis/protocol';
import type { ReleaseGangInput } from '@ovis/workflows';
import type { TrainerRegistry } from '../fleet/trainer-registry.ts';
import type { Log } from '../logger.ts';

/** A trainer that is asked to let go ends what it does, which may take a step. */
const deadlineMs = 20_000;

/**
 * Gives the trainers of a gang back: each ends what it still does or keeps for it. A trainer that cannot be reached is gone, or hears of it
 * by its stream when nobody speaks for the gang any more.
 */
export async function releaseGang(
  { gangId, generation, trainers, reason }: ReleaseGangInput,
  { registry, log }: { registry: TrainerRegistry; log: Log },
): Promise<void> {
  const addresses = new Map(trainers.map(({ trainerId, grpcAddress }) => [trainerId, grpcAddress]));
  // Also those that an attempt to form the gang has taken, and that no generation ever had.
  for (const { registration, lease } of registry.list()) {
    const { trainerId, grpcAddress } = registration;
    if (lease?.gangId === gangId) addresses.set(trainerId, grpcAddress);
    // Gone, or started anew at another address: the old one is nobody's.
    else if (!registry.isAlive(trainerId) || addresses.get(trainerId) !== grpcAddress)
      addresses.delete(trainerId);
  }
  await Promise.all(
    [...addresses].map(async ([trainerId, address]) => {
      const client = trainerClient(address, { deadlineMs });
      try {
        await client.release({ gangId, generation, reason });
        registry.assumeIdle(trainerId, gangId);
      } catch (error) {
        log.warn(`${trainerId} did not let go of ${gangId}: ${String(error)}`);
      } finally {
        client.close();
      }
    }),
  );
  registry.release(gangId, generation);
}
