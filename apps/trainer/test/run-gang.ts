import { CollectiveListener } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import type { RunStageRequest, StageEventInput } from '@ovis/protocol';
import { createLogger } from '@ovis/telemetry';
import { HeldMemory } from '../src/hand-over/held-memory.ts';
import { runStageJob, type StageJobOptions } from '../src/stage-job.ts';

const log = createLogger({ name: 'spec', level: 'error' });
let gangs = 0;

export interface GangRun {
  run: RunConfig;
  stage: 1 | 2 | 3;
  world: number;
  /** Folder of the run's checkpoints. */
  runId: string;
  from?: string;
  initial?: boolean;
  /** Asks to stop before the step after this many. */
  stopAfter?: number;
  /** Spoils what a rank trains on. */
  through?: (rank: number) => StageJobOptions['through'];
}

/** Runs a stage on `world` ranks of this process; returns what each reported and rank 0's losses. */
export async function runGang(o: GangRun) {
  const listeners = await Promise.all(Array.from({ length: o.world }, () => CollectiveListener.listen()));
  const events: StageEventInput[][] = listeners.map(() => []);
  const gangId = `gang-${++gangs}`;
  try {
    const results = await Promise.all(
      listeners.map((listener, rank) => {
        const request: RunStageRequest = {
          runId: o.runId,
          gangId,
          generation: 1,
          rank,
          world: o.world,
          collectiveAddresses: listeners.map(({ address }) => address),
          stage: o.stage,
          runConfigJson: JSON.stringify(o.run),
          checkpointUrl: o.from ?? '',
          initial: o.initial ?? true,
          attempt: 1,
          startStep: 0,
          acceptChanges: false,
        };
        const mine = events[rank] as StageEventInput[];
        const steps = () => mine.filter((event) => event.step).length;
        return runStageJob({
          request,
          listener,
          gpu: false,
          emit: (event) => mine.push(event),
          shouldStop: () => o.stopAfter !== undefined && steps() >= o.stopAfter,
          wantsCheckpoint: () => true,
          held: new HeldMemory(log),
          onGroup: () => undefined,
          through: o.through?.(rank),
          log,
        });
      }),
    );
    const losses = (events[0] as StageEventInput[]).flatMap(({ step }) =>
      step ? [step.loss as number] : [],
    );
    return { losses, events, ...(results[0] as { reason: string; checkpointUrl: string }) };
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}
