import { CollectiveListener } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import type { StageEventInput } from '@ovis/protocol';
import { createLogger } from '@ovis/telemetry';
import { HeldMemory } from '../src/hand-over/held-memory.ts';
import type { StageGroups } from '../src/sites.ts';
import { runStageJob, type StageJobResult } from '../src/stage-job.ts';

const log = createLogger({ name: 'spec', level: 'silent' });

/** What a trainer process keeps from one gang to the next. */
export class Member {
  readonly listener: CollectiveListener;
  readonly held = new HeldMemory(log);
  events: StageEventInput[] = [];
  group: StageGroups | undefined;

  private constructor(listener: CollectiveListener) {
    this.listener = listener;
  }

  static async start(): Promise<Member> {
    return new Member(await CollectiveListener.listen());
  }

  /** What a killed process leaves to its peers: closed connections. */
  die(): void {
    this.group?.abort(new Error('killed'));
  }

  get losses(): Map<number, number> {
    return new Map(this.events.flatMap(({ step }) => (step ? [[step.step ?? 0, step.loss ?? 0]] : [])));
  }

  get started() {
    return this.events.find((event) => event.started)?.started;
  }

  async close(): Promise<void> {
    this.held.free('the spec is over');
    await this.listener.close();
  }
}

export interface GenerationOptions {
  run: RunConfig;
  stage: 1 | 2 | 3;
  runId: string;
  gangId: string;
  generation: number;
  /** By rank. */
  members: Member[];
  checkpointUrl?: string;
  startStep?: number;
  /** Called after every step of every rank. */
  onStep?: (rank: number, step: number) => void;
  /** Ranks are asked to stop once they have done this many steps. */
  stopAfter?: number;
  wantsCheckpoint?: (rank: number) => boolean;
}

/** One generation of a gang, its ranks in this process. */
export async function generation(o: GenerationOptions): Promise<PromiseSettledResult<StageJobResult>[]> {
  const { members } = o;
  return Promise.allSettled(
    members.map((member, rank) => {
      member.events = [];
      let steps = 0;
      return runStageJob({
        request: {
          runId: o.runId,
          gangId: o.gangId,
          generation: o.generation,
          rank,
          world: members.length,
          collectiveAddresses: members.map(({ listener }) => listener.address),
          stage: o.stage,
          runConfigJson: JSON.stringify(o.run),
          checkpointUrl: o.checkpointUrl ?? '',
          initial: o.checkpointUrl === undefined,
          attempt: 1,
          startStep: o.startStep ?? 0,
          acceptChanges: false,
        },
        listener: member.listener,
        gpu: false,
        emit: (event) => {
          member.events.push(event);
          if (!event.step) return;
          steps = event.step.step ?? 0;
          o.onStep?.(rank, steps);
        },
        shouldStop: () => o.stopAfter !== undefined && steps >= o.stopAfter,
        wantsCheckpoint: () => o.wantsCheckpoint?.(rank) ?? false,
        held: member.held,
        onGroup: (group) => (member.group = group),
        log,
      });
    }),
  );
}
