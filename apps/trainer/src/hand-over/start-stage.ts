import type { ProcessGroup } from '@ovis/allreduce';
import type { CheckpointReader, HostTensors } from '@ovis/checkpoint';
import { StageSource, type RunStageRequest } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import {
  soloCollective,
  type MonitorsState,
  type Snapshot,
  type StageTrainer,
  type TrainerState,
} from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';
import { assembleModel, type LoadedModel } from '../model-files.ts';
import { decideStart, nothing, type Offer, type StartDecision } from './decide-start.ts';
import { checksum, handOver, type StageState } from './hand-over.ts';
import { disposeStage, type HeldMemory, type HeldStage } from './held-memory.ts';
import { errorFacts } from '../errors.ts';
import { votes } from '../votes.ts';

/** What a stage begins or goes on with. */
export interface StartPoint {
  model: LoadedModel;
  state?: TrainerState;
  /** What those who watch the stage remember, when it is not what the `state` says. */
  monitors?: MonitorsState;
  optimizer?: HostTensors;
  /** Of all lanes. */
  cursors?: LaneCursor[];
  /** It was in the memory of this process: ready to go on. */
  trainer?: StageTrainer;
  /** The checkpoint that it was read from. */
  base?: CheckpointReader;
  source: StageSource;
  /** For people. */
  detail: string;
}

export interface StartOptions {
  request: RunStageRequest;
  group: ProcessGroup;
  /** The stage in this trainer's memory. Belongs to the result from now on, or is freed, or held again when a peer is lost meanwhile. */
  kept: HeldStage | undefined;
  held: HeldMemory;
  /** Reads the checkpoint or the backbones. */
  load: () => Promise<StartPoint>;
  log: Logger;
}

/**
 * Finds out together where the stage goes on: in the ranks' memory, if anybody holds it, else from the checkpoint. Ranks that lack the state
 * get it from one that has it.
 */
export async function startStage(o: StartOptions): Promise<StartPoint> {
  const { group, request, log } = o;
  let { kept } = o;
  try {
    const snapshot = kept && (await snapshotOf(kept, log));
    const own: Offer = kept && snapshot ? offerOf(kept, snapshot) : nothing;
    const offers = await exchange(group, own);
    const decision = decideStart(offers, request.initial ? 0 : request.startStep);
    if (decision.from === 'checkpoint') {
      log[decision.warning === true ? 'error' : 'info'](`from the checkpoint: ${decision.why}`);
      if (kept) disposeStage(kept.trainer, kept.model);
      kept = undefined;
      return await together(group, o.load());
    }
    const start = await fromMemory(decision, { ...o, kept, snapshot });
    kept = undefined;
    return start;
  } catch (error) {
    if (kept && errorFacts(error).retryable) o.held.put(kept);
    else if (kept) disposeStage(kept.trainer, kept.model);
    throw error;
  }
}

/** Nothing when the stage in memory is of no use, as after an update that was cut off. */
async function snapshotOf(kept: HeldStage, log: Logger): Promise<Snapshot | undefined> {
  try {
    // Its peers are gone: nothing may be asked of them.
    kept.trainer.collective = soloCollective;
    return await kept.trainer.snapshot();
  } catch (error) {
    log.warn(`what is in memory cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function offerOf(kept: HeldStage, { params, optimizer }: Snapshot): Offer {
  const { trained, stepsDone } = kept.trainer;
  const changing = Object.fromEntries(Object.entries(params).filter(([name]) => trained.includes(name)));
  return { step: stepsDone, crc: checksum(changing, optimizer), cursors: kept.cursors !== undefined };
}

async function exchange(group: ProcessGroup, own: Offer): Promise<Offer[]> {
  const all = await group.allGatherBytes(Buffer.from(JSON.stringify(own)), { tag: 'what is in memory' });
  return all.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as Offer);
}

async function fromMemory(
  decision: Extract<StartDecision, { from: 'memory' }>,
  o: StartOptions & { snapshot: Snapshot | undefined },
): Promise<StartPoint> {
  const { group, kept, snapshot } = o;
  const { donor, receivers, withoutCursors, step } = decision;
  const { rank } = group;
  const receives = receivers.includes(rank);
  let cursors = kept?.cursors;
  let received: StageState | undefined;
  let bytes = 0;
  if (receivers.length + withoutCursors.length > 0) {
    const own = rank === donor && kept && snapshot ? stateOf(kept, snapshot) : undefined;
    const handed = await handOver(group, { donor, own, wanted: receives });
    ({ cursors, bytes, state: received } = handed);
  }
  if (!receives && kept) {
    kept.trainer.collective = group;
    const { model, trainer } = kept;
    return { model, trainer, cursors, source: StageSource.MEMORY, detail: `step ${step}` };
  }
  const { params, optimizer, trainer: state, files } = received as StageState;
  // One that was a step behind: what it had is of no use.
  if (kept) disposeStage(kept.trainer, kept.model);
  return {
    model: assembleModel(params, files),
    state,
    optimizer,
    cursors,
    source: StageSource.PEER,
    detail: `step ${step} of rank ${donor}, ${(bytes / 1e6).toFixed(1)} MB`,
  };
}

function stateOf(kept: HeldStage, { params, optimizer, state }: Snapshot): StageState {
  return { params, optimizer, trainer: state, cursors: kept.cursors ?? [], files: kept.model.files };
}

/** How often ranks that are ready tell those that wait for them that they are alive. */
const tellEveryMs = 200;

/**
 * Waits until every rank has done its work, whose time may differ by minutes: none is taken for stalled meanwhile.
 * @throws what the own work throws
 */
export async function together<T>(group: Pick<ProcessGroup, 'allGatherBytes'>, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => (done = true));
  ended.catch(() => {});
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => (timer = setTimeout(resolve, tellEveryMs)));
    await Promise.race([done ? pause : ended, pause]);
    clearTimeout(timer);
    if ((await votes(group, done, 'ready')).every(Boolean)) return ended;
  }
}
