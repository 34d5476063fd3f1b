import { ApplicationFailure } from '@temporalio/common';
import { activityFailure, type AcquireGangInput, type Gang } from '@ovis/workflows';
import { explainShortage, heldGang, largestSize, tryAcquire } from '../fleet/gang-allocator.ts';
import type { TrainerRegistry } from '../fleet/trainer-registry.ts';

export interface AcquireContext {
  registry: TrainerRegistry;
  heartbeat: (details: { waiting: string }) => void;
  signal: AbortSignal;
}

/**
 * Waits for all trainers of a gang; when the time is over, takes as few as `minTrainers`.
 * @throws ApplicationFailure GANG_UNAVAILABLE saying which trainers there are and what they do
 */
export async function acquireGang(input: AcquireGangInput, o: AcquireContext): Promise<Gang> {
  const { registry } = o;
  const held = heldGang(registry, input);
  if (held !== undefined) return held;
  const deadline = performance.now() + input.waitSeconds * 1000;
  for (;;) {
    const all = tryAcquire(registry, input, input.trainers);
    if (all !== undefined) return all;
    const left = deadline - performance.now();
    if (left <= 0) return withFewer(input, registry);
    o.heartbeat({ waiting: explainShortage(registry, input) });
    await registry.changed(Math.min(left, 1_000), o.signal);
    if (o.signal.aborted)
      throw ApplicationFailure.retryable('this controller stopped waiting', 'CONTROLLER_STOPPING');
  }
}

function withFewer(input: AcquireGangInput, registry: TrainerRegistry): Gang {
  const size = largestSize(registry.available(input.gangId).length, input);
  const gang = size === undefined ? undefined : tryAcquire(registry, input, size);
  if (gang !== undefined) return gang;
  throw activityFailure({
    code: 'GANG_UNAVAILABLE',
    message: `${explainShortage(registry, input)}; waited ${input.waitSeconds} s`,
    hint: `Start more trainers ('ovis trainers' lists them), or lower gang.trainers or gang.minTrainers; then 'ovis resume ${input.runId}'.`,
    retryable: false,
  });
}
