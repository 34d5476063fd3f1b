import { setTimeout as sleep } from 'node:timers/promises';
import { fleetClient, TrainerState, type Trainer } from '@ovis/protocol';
import type { ChaosCluster } from './chaos-cluster.ts';
import { FAULTS, LogSearch, type Victim } from './faults.ts';
import { ovis } from './ovis.ts';
import { within, type RunWatch } from './run-watch.ts';
import type { PlannedFault } from './schedule.ts';

/** What became of a fault. */
export interface FaultReport {
  kind: string;
  what: string;
  /** Seconds from the first step of the run. */
  atS: number;
  stage: number;
  step: number;
  /** Until somebody named it; null when nothing has to be noticed (or nobody did: see `wrong`). */
  detectedAfterS: number | null;
  /** How it was named. */
  detectedBy: string;
  /** Until the next gang had done a step; where the gang went on, the longest time without a step. */
  recoveredAfterS: number | null;
  /** Steps that were done before and were done again. */
  stepsLost: number;
  /** What happened, in words: "generation 2", "went on", "OUT_OF_MEMORY, resumed". */
  outcome: string;
  /** What is not as docs/failures.md says. */
  wrong: string[];
}

/** The trainers as the controller knows them; none while it is away. */
export async function trainersOf(fleetAddress: string): Promise<Trainer[]> {
  const client = fleetClient(fleetAddress, { deadlineMs: 3_000 });
  try {
    return (await client.listFleet()).trainers;
  } catch {
    return [];
  } finally {
    client.close();
  }
}

/** Waits until the gang trains, and a trainer is free to take a place. */
export async function ready(cluster: ChaosCluster, watch: RunWatch, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !watch.isOver) {
    const trains = Date.now() - (watch.lastStep?.atMs ?? 0) < 5_000;
    const trainers = await trainersOf(cluster.fleetAddress);
    const free = trainers.some(({ connected, heartbeat, leaseRunId }) => {
      return connected && heartbeat?.state === TrainerState.IDLE && leaseRunId === '';
    });
    if (trains && free) return true;
    await sleep(250);
  }
  return false;
}

async function memberOf(cluster: ChaosCluster, runId: string, rank: number): Promise<Victim | undefined> {
  const found = (await trainersOf(cluster.fleetAddress)).find(({ connected, heartbeat }) => {
    return connected && heartbeat?.runId === runId && heartbeat.rank === rank;
  });
  const { trainerId = '', pid = 0 } = found?.registration ?? {};
  return pid === 0 ? undefined : { trainerId, pid, rank };
}

/** Strikes once and follows what comes of it to its end. */
export async function inject(
  planned: PlannedFault,
  { cluster, watch, beganMs }: { cluster: ChaosCluster; watch: RunWatch; beganMs: number },
): Promise<FaultReport> {
  const { kind } = planned;
  const fault = FAULTS[kind];
  const victim = await memberOf(cluster, watch.runId, planned.rank);
  const before = watch.lastStep;
  if (victim === undefined || before === undefined) throw new Error(`${kind}: rank ${planned.rank} is away`);
  const said = watch.said.length;
  const stepsBefore = watch.steps.length;
  const logs = new LogSearch(cluster);
  const ends: { name: string; code: number | null | undefined }[] = [];
  const stopListening = cluster.onProcessEvent(({ type, name, exit, message }) => {
    if (type === 'exited') ends.push({ name, code: exit?.code });
    if (type === 'exited' || type === 'gave-up') watch.said.push({ atMs: Date.now(), text: message });
  });
  const wrong: string[] = [];
  const sinceMs = Date.now();
  const takeBack = fault.strike({ cluster, watch, victim, sinceMs });
  const named = () =>
    watch.said.slice(said).find((one) => fault.names?.(one, victim)) ??
    (kind === 'disk-full' ? inLog(logs) : undefined);
  const isNext = () => watch.steps.slice(stepsBefore).find((step) => isLater(step, before));
  let seen: { atMs: number; text: string } | undefined;
  try {
    if (fault.detectWithinS !== null) {
      seen = await within(fault.detectWithinS * 1000, named);
      if (seen === undefined && fault.interrupts !== 'may')
        wrong.push(`nobody named it within ${fault.detectWithinS} s`);
    }
    const left = sinceMs + fault.lastsS * 1000 - Date.now();
    if (left > 0) await sleep(left);
  } finally {
    await takeBack?.();
  }
  const endedMs = Date.now();
  const deadline = sinceMs + fault.recoverWithinS * 1000;
  const wait = () => Math.max(0, deadline - Date.now());
  let outcome = fault.interrupts === 'may' && seen === undefined ? 'went on without feeling it' : 'went on';
  let recovered: number | null = null;
  // It may take a moment until it shows that the gang is to form anew, or that the run has ended.
  const interrupted =
    fault.interrupts === true || (fault.interrupts === 'may' && (seen !== undefined || watch.isOver));
  if (interrupted) {
    let next = await within(wait(), isNext, () => watch.isOver);
    if (next === undefined && watch.isOver) {
      outcome = await resume(cluster, watch, wrong);
      if (fault.interrupts === true) wrong.push('the run ended');
      next = await within(fault.recoverWithinS * 1000, isNext);
    } else if (next !== undefined) outcome = `generation ${next.generation}`;
    recovered = next === undefined ? null : (next.atMs - sinceMs) / 1000;
  } else {
    const after = await within(
      wait(),
      () => watch.steps.find(({ atMs }) => atMs > endedMs),
      () => watch.isOver,
    );
    if (after === undefined && watch.isOver) {
      outcome = await resume(cluster, watch, wrong);
      wrong.push('the run ended');
    }
    if (after !== undefined) recovered = longestGap(watch, sinceMs, after.atMs);
    const other = isNext();
    if (other !== undefined && other.gang === before.gang) {
      outcome = `generation ${other.generation}`;
      wrong.push(`the gang formed anew (generation ${other.generation})`);
    }
  }
  if (recovered === null) wrong.push(`no step within ${fault.recoverWithinS} s`);
  // A gang that went back to a checkpoint has lost all that it does again.
  if (interrupted)
    await within(
      300_000,
      () => watch.lastStep?.again === false,
      () => watch.isOver,
    );
  const stepsLost = watch.steps.slice(stepsBefore).filter(({ again }) => again).length;
  if (stepsLost > 0 && fault.interrupts !== 'may') wrong.push(`${stepsLost} steps were done again`);
  if (kind === 'trainer-sigterm') {
    const end = await within(20_000, () => ends.find(({ name }) => name === victim.trainerId));
    if (end?.code !== 75) wrong.push(`it ended with ${end === undefined ? 'nothing' : end.code}, not 75`);
  }
  stopListening();
  const of = FAULTS[kind].what(victim);
  const { stage, step } = before;
  return {
    ...{ kind, what: of, atS: (sinceMs - beganMs) / 1000, stage, step, stepsLost, outcome, wrong },
    detectedAfterS: seen === undefined ? null : (seen.atMs - sinceMs) / 1000,
    detectedBy: seen?.text ?? '',
    recoveredAfterS: recovered,
  };
}

/** A step of a later generation, or of a gang that came after. */
function isLater(step: { gang: string; generation: number }, before: { gang: string; generation: number }) {
  return step.gang !== before.gang || step.generation > before.generation;
}

function inLog(logs: LogSearch): { atMs: number; text: string } | undefined {
  const line = logs.find(/was not saved.*no space left/);
  return line === undefined ? undefined : { atMs: Date.now(), text: line.trim() };
}

/** What the message of a run that has ended says to do. */
async function resume(cluster: ChaosCluster, watch: RunWatch, wrong: string[]): Promise<string> {
  const why = watch.said.findLast(({ failed }) => failed !== undefined)?.failed?.code ?? 'the run ended';
  try {
    await ovis(['resume', watch.runId, '--yes'], cluster.env);
  } catch (error) {
    wrong.push(String(error));
    return `${why}, not resumed`;
  }
  await within(60_000, () => !watch.isOver);
  return `${why}, resumed`;
}

/** Longest time without a step in a span, in s. */
function longestGap(watch: RunWatch, fromMs: number, toMs: number): number {
  const times = watch.steps.map(({ atMs }) => atMs).filter((atMs) => atMs > fromMs && atMs <= toMs);
  const all = [fromMs, ...times.sort((a, b) => a - b)];
  return Math.max(...all.slice(1).map((at, i) => at - (all[i] as number))) / 1000;
}
