import { trainerClient } from '@ovis/protocol';
import type { DriveStageInput } from '@ovis/workflows';
import { meets } from '../fleet/requirements.ts';
import type { TrainerEntry, TrainerRegistry } from '../fleet/trainer-registry.ts';

const deadlineMs = 2_000;

/**
 * Asks free trainers that could take a place in a gang at work to prepare for it, so that nobody waits for them when a trainer is lost: as
 * many as the gang has, and none that is prepared for another gang at work. To be called again until they are ready.
 */
export async function prepareSpares(
  { gang, runId, stage, config, checkpointUrl }: DriveStageInput,
  registry: TrainerRegistry,
): Promise<void> {
  // Where parts of the state are in one place each, a gang that lost a trainer begins anew from its checkpoint.
  if (config.gang.shardOptimizer || config.gang.localSteps > 1) return;
  const { gangId } = gang;
  const world = gang.trainers.length;
  // A gang that is short of trainers takes them at once.
  if (world < config.gang.trainers) return;
  const spares = sparesFor(gangId, registry)
    .filter(({ registration }) => meets(registration, config.gang.require))
    .slice(0, world)
    .filter(({ prepares }) => prepares?.gangId !== gangId || !prepares.done);
  await Promise.all(
    spares.map(async (entry) => {
      const client = trainerClient(entry.registration.grpcAddress, { deadlineMs });
      try {
        const { prepared } = await client.prepare({
          ...{ runId, gangId, world, stage, checkpointUrl, runConfigJson: JSON.stringify(config) },
        });
        entry.prepares = { gangId, done: prepared };
      } catch {
        // It has left, or work has come to it.
      } finally {
        client.close();
      }
    }),
  );
}

/** Free trainers, those that prepare for this gang first; not those of another gang that is still at work. */
function sparesFor(gangId: string, registry: TrainerRegistry): TrainerEntry[] {
  const own = ({ prepares }: TrainerEntry) => prepares?.gangId === gangId;
  return registry
    .free()
    .filter(
      (one) => own(one) || one.prepares === undefined || registry.heldBy(one.prepares.gangId).length === 0,
    )
    .sort((a, b) => Number(own(b)) - Number(own(a)));
}
