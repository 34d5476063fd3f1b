import { ApplicationFailure } from '@temporalio/common';
import { trainerClient } from '@ovis/protocol';
import { activityFailure, type AcquireGangInput, type Gang } from '@ovis/workflows';
import { chooseGang, enoughInFleet, explainShortage, gangFrom, type Fleet } from '../fleet/gang-allocator.ts';
import type { TrainerEntry } from '../fleet/trainer-registry.ts';
import type { Log } from '../logger.ts';

export interface AcquireContext extends Fleet {
  heartbeat: (details: { waiting: string }) => void;
  signal: AbortSignal;
  log: Log;
}

/** A trainer that does not answer a reservation gets no work for a moment. */
const noAnswerRestMs = 5_000;
const reserveDeadlineMs = 2_000;

/**
 * Waits for the trainers of a gang in its place in the queue. A gang that was at work goes on at once with those that are left, if they
 * may; a new one waits `waitSeconds` for all of them first. While the fleet has enough trainers and they only are at work, it waits its
 * turn without limit.
 * @throws ApplicationFailure GANG_UNAVAILABLE saying which trainers there are and what they do
 */
export async function acquireGang(input: AcquireGangInput, o: AcquireContext): Promise<Gang> {
  const { registry, queue } = o;
  for (const trainerId of input.lost ?? []) registry.letGo(trainerId, input.gangId);
  const waiting = queue.enter(input);
  const began = performance.now();
  let short = performance.now();
  try {
    for (;;) {
      const now = performance.now();
      if (enoughInFleet(input, registry)) short = now;
      const patient = now - began < input.waitSeconds * 1000;
      // After a restart of the controller its trainers come back one by one.
      const fewer = (input.previous !== undefined || !patient) && registry.settled;
      const chosen = chooseGang(input, o, { fewer });
      if (chosen !== undefined && (await reserveAll(chosen, input, o))) {
        for (const entry of registry.heldBy(input.gangId)) {
          if (!chosen.includes(entry)) registry.letGo(entry.registration.trainerId, input.gangId);
        }
        return gangFrom(chosen, input);
      }
      if (now - short >= input.waitSeconds * 1000) throw unavailable(input, o);
      waiting.reason = explainShortage(registry, input);
      registry.touch(input.gangId);
      o.heartbeat({ waiting: waiting.reason });
      if (chosen === undefined) await registry.changed(500, o.signal);
      if (o.signal.aborted)
        throw ApplicationFailure.retryable('this controller stopped waiting', 'CONTROLLER_STOPPING');
    }
  } finally {
    queue.leave(input.gangId);
  }
}

/** All of them or none: what was taken is given back when one refuses. The trainers have the last word. */
async function reserveAll(
  chosen: TrainerEntry[],
  input: AcquireGangInput,
  o: AcquireContext,
): Promise<boolean> {
  const { registry, log } = o;
  const { runId, gangId, generation } = input;
  const fresh = chosen.filter(({ lease }) => lease?.gangId !== gangId);
  // Before the first answer: nobody else may choose them meanwhile.
  for (const entry of chosen) registry.lease(entry, { runId, gangId, generation });
  const answers = await Promise.all(
    chosen.map(async ({ registration }) => {
      const client = trainerClient(registration.grpcAddress, { deadlineMs: reserveDeadlineMs });
      try {
        await client.reserve({ runId, gangId, generation });
        return true;
      } catch (error) {
        log.warn(`${registration.trainerId} was not reserved for ${gangId}: ${String(error)}`);
        return false;
      } finally {
        client.close();
      }
    }),
  );
  if (answers.every(Boolean)) return true;
  chosen.forEach((entry, at) => {
    const { trainerId } = entry.registration;
    if (answers[at] === false) registry.rest(trainerId, noAnswerRestMs);
    // Survivors that answered stay with their gang; what was taken just now is free again.
    if (answers[at] === false || fresh.includes(entry)) registry.letGo(trainerId, gangId);
  });
  return false;
}

function unavailable(input: AcquireGangInput, { registry }: Fleet): ApplicationFailure {
  return activityFailure({
    code: 'GANG_UNAVAILABLE',
    message: `${explainShortage(registry, input)}; waited ${input.waitSeconds} s`,
    hint: `Start more trainers ('ovis trainers' lists them), or lower gang.trainers or gang.minTrainers; then 'ovis resume ${input.runId}'.`,
    retryable: false,
  });
}
