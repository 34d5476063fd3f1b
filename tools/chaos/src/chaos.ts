import { setTimeout as sleep } from 'node:timers/promises';
import { listCheckpoints } from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import { openStorage } from '@ovis/storage';
import { checkpointPrefix } from '@ovis/workflows';
import { committedSteps, compareRuns, type CommittedStep, type Comparison } from './audit.ts';
import { startChaosCluster, type ChaosCluster } from './chaos-cluster.ts';
import { inject, ready, type FaultReport } from './inject.ts';
import { ovis } from './ovis.ts';
import { prepareRun, writeRun, type Profile } from './profiles.ts';
import { within, RunWatch } from './run-watch.ts';
import { schedule, type FaultKind } from './schedule.ts';

export interface ChaosOptions {
  seed: number;
  /** Seconds from fault to fault. */
  everyS: number;
  kinds: readonly FaultKind[];
  profile: Profile;
  /** Told what happens. */
  log: (line: string) => void;
  onFault: (report: FaultReport) => void;
  signal: AbortSignal;
}

export interface ChaosResult extends Comparison {
  faults: FaultReport[];
  /** Losses of all steps, and so the last ones of the stages: bit for bit, since the gang kept its size. */
  finalLossEqual: boolean;
  /** SHA-256 of every weight and optimizer file of the last checkpoint. */
  weightsEqual: boolean;
  steps: number;
  /** From the first step to the last that the disturbed run did within a period of its last fault, in s; for the same steps. */
  referenceS: number;
  chaosS: number;
  ettr: number;
  everyS: number;
}

const TRAINERS = 2;
/** Seconds between checkpoints. */
const checkpointEveryS = 15;

/** Trains twice, once undisturbed, once with faults, and compares. */
export async function runChaos(o: ChaosOptions): Promise<ChaosResult> {
  const cluster = await startChaosCluster({ trainers: TRAINERS, spares: 1 });
  const stopping = new Promise<never>((_, reject) => {
    const abort = () => reject(o.signal.reason as Error);
    if (o.signal.aborted) abort();
    else o.signal.addEventListener('abort', abort, { once: true });
  });
  stopping.catch(() => {});
  try {
    return await Promise.race([compare(o, cluster), stopping]);
  } finally {
    await cluster.stop();
  }
}

async function compare(o: ChaosOptions, cluster: ChaosCluster): Promise<ChaosResult> {
  const { log } = o;
  log(`data of the ${o.profile} run ...`);
  const config = await prepareRun(o.profile, cluster);
  log('a few steps of every stage, to know how long they take ...');
  const probe = await train(cluster, await writeRun(config, cluster.folder, { name: 'probe' }), 'probe');
  const stepMs = config.stages.map(({ stage }) => medianStepMs(probe.steps, stage));
  const wantedS = (o.kinds.length + 1) * o.everyS * 1.1;
  const steps = stepMs.map((ms) => Math.ceil((wantedS * 1000) / config.stages.length / ms));
  const checkpointEvery = stepMs.map((ms) => Math.max(1, Math.round((checkpointEveryS * 1000) / ms)));
  log(`a step takes ${stepMs.map((ms) => Math.round(ms)).join(', ')} ms; ${steps.join(', ')} steps`);

  const plan = { steps, checkpointEvery };
  const quiet = await writeRun(config, cluster.folder, { name: 'undisturbed', ...plan });
  log('the undisturbed run ...');
  const reference = await train(cluster, quiet, 'undisturbed');
  const referenceS = spanS(reference.steps);
  log(`the undisturbed run took ${referenceS.toFixed(1)} s; now the same with faults`);

  const disturbed = await writeRun(config, cluster.folder, { name: 'disturbed', ...plan });
  const faults: FaultReport[] = [];
  // The machine may have become faster since the steps were chosen: all faults must fit.
  const everyS = Math.min(o.everyS, (0.95 * referenceS) / (o.kinds.length + 0.5));
  let lastFaultMs = 0;
  const run = await train(cluster, disturbed, 'disturbed', async (watch) => {
    lastFaultMs = await strike(o, { cluster, watch, everyS, faults });
  });
  const comparison = compareRuns(reference.steps, run.steps);
  const sums = await Promise.all([reference, run].map(({ runId }) => weightSums(config, runId, cluster.env)));
  const spans = spansUntil(reference.steps, run.steps, lastFaultMs + everyS * 1000);
  return {
    faults,
    ...comparison,
    finalLossEqual: comparison.largestLossDifference === 0 && comparison.stepsMissing === 0,
    weightsEqual: sums[0] === sums[1],
    steps: run.steps.size,
    everyS,
    ...spans,
    ettr: spans.referenceS / spans.chaosS,
  };
}

/**
 * Strikes by schedule; a fault waits until what the one before did is over.
 * @returns when the last one was due or late, ms since the Unix epoch
 */
async function strike(
  o: ChaosOptions,
  {
    cluster,
    watch,
    everyS,
    faults,
  }: { cluster: ChaosCluster; watch: RunWatch; everyS: number; faults: FaultReport[] },
): Promise<number> {
  const take = (report: FaultReport) => {
    faults.push(report);
    o.onFault(report);
  };
  const first = await within(
    300_000,
    () => watch.steps[0],
    () => watch.isOver,
  );
  const beganMs = first?.atMs ?? Date.now();
  for (const planned of schedule({ ...o, everyS, world: TRAINERS })) {
    const left = beganMs + planned.atS * 1000 - Date.now();
    if (left > 0)
      await within(
        left,
        () => false,
        () => watch.isOver,
      );
    if (!(await ready(cluster, watch, 120_000))) {
      const why = watch.isOver ? 'the run had ended' : 'the gang did not train, or no spare was there';
      take(notInjected(planned.kind, why));
      continue;
    }
    take(await inject(planned, { cluster, watch, beganMs }));
  }
  return beganMs + 1000 * Math.max(0, ...faults.map(({ atS }) => atS));
}

function notInjected(kind: FaultKind, why: string): FaultReport {
  return {
    ...{ kind, what: '', atS: 0, stage: 0, step: 0, stepsLost: 0, outcome: 'not injected', wrong: [why] },
    ...{ detectedAfterS: null, detectedBy: '', recoveredAfterS: null },
  };
}

/** Submits a run and waits for its end. @throws Error when it fails */
async function train(
  cluster: ChaosCluster,
  file: string,
  runId: string,
  meanwhile?: (watch: RunWatch) => Promise<void>,
): Promise<{ runId: string; steps: Map<string, CommittedStep> }> {
  // Before it is submitted, the stream of a run has a last word, too.
  await ovis(['submit', file, '--id', runId], cluster.env);
  const watch = new RunWatch({ runId, ...cluster });
  try {
    await meanwhile?.(watch);
    for (;;) {
      await within(24 * 3_600_000, () => watch.isOver);
      const status = await statusOf(cluster, runId);
      if (status === 'completed') break;
      // Its last word came before its end was known.
      if (status !== 'running') throw new Error(`run ${runId} ${status}: ${watch.said.at(-1)?.text ?? ''}`);
      await sleep(500);
    }
  } finally {
    await watch.stop();
  }
  return { runId, steps: committedSteps(watch.lines, runId) };
}

async function statusOf(cluster: ChaosCluster, runId: string): Promise<string> {
  const text = await ovis(['status', runId, '--json'], cluster.env);
  return (JSON.parse(text) as { temporalStatus: string }).temporalStatus;
}

/**
 * How long both runs took for the same steps, in s: those that the disturbed one did until then. A rest of the run without faults would flatter
 * it.
 */
export function spansUntil(
  reference: ReadonlyMap<string, CommittedStep>,
  run: ReadonlyMap<string, CommittedStep>,
  untilMs: number,
): { referenceS: number; chaosS: number } {
  const done = [...run].filter(([key, { atMs }]) => atMs <= untilMs && reference.has(key));
  const part = (steps: ReadonlyMap<string, CommittedStep>) =>
    spanS(new Map(done.map(([key]) => [key, steps.get(key) as CommittedStep])));
  return { referenceS: part(reference), chaosS: part(run) };
}

/** Seconds from the first step to the last. */
function spanS(steps: ReadonlyMap<string, CommittedStep>): number {
  const times = [...steps.values()].map(({ atMs }) => atMs);
  return (Math.max(...times) - Math.min(...times)) / 1000;
}

/** The first steps of a process are slow: tracing, building graphs. */
const warmUp = 4;

function medianStepMs(steps: ReadonlyMap<string, CommittedStep>, stage: number): number {
  const times = [...steps.values()].filter((one) => one.stage === stage).sort((a, b) => a.step - b.step);
  const gaps = times.slice(1).map(({ atMs }, i) => atMs - (times[i] as CommittedStep).atMs);
  const sorted = gaps.slice(warmUp).sort((a, b) => a - b);
  return Math.max(1, sorted[Math.floor(sorted.length / 2)] ?? 1);
}

/** SHA-256 of all weight and optimizer files of a run's last checkpoint, as one text. */
async function weightSums({ storage }: RunConfig, runId: string, env: NodeJS.ProcessEnv): Promise<string> {
  const all = await listCheckpoints(openStorage(storage, env), checkpointPrefix(runId));
  const last = all.sort((a, b) => a.stage - b.stage || a.step - b.step).at(-1);
  if (last === undefined) return `no checkpoint of ${runId}`;
  const names = Object.values(last.parts).flat().sort();
  return names.map((name) => `${name} ${last.files[name]?.sha256}`).join('\n');
}
