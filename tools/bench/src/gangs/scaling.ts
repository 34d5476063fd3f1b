import type { GangOptions } from '../cases/index.ts';
import type { CaseResult } from '../harness/result.ts';
import { median, spread } from '../harness/statistics.ts';
import { demoSamples } from '../models/ovis-demo.ts';
import type { DemoStage } from '../models/ovis-demo.ts';
import { BenchGang } from './gang.ts';
import type { ScalingSetup, StepTimes } from './scaling-rank.ts';

/*
 * The demo's step with two trainers beside one, each with one thread and its own batch of 16: images per second of the gang, the time in which
 * a step only waits for the exchange, and the time spent copying between tensors and buffers.
 */

const STAGES: readonly DemoStage[] = [1, 2, 3];
/**
 * Gradients through memory that the trainers share (`shared`) or through sockets; copied into buffers of the collective's making (`placed`) or not;
 * beside the backward pass or `behind` it.
 */
const FORMS: readonly ({ name: string } & Omit<ScalingSetup, 'stage'>)[] = [
  { name: 'shared-placed', path: 'shared', placed: true, overlap: true },
  { name: 'shared-placed-behind', path: 'shared', placed: true, overlap: false },
  { name: 'shared', path: 'shared', placed: false, overlap: true },
  { name: 'unix-placed', path: 'unix', placed: true, overlap: true },
  { name: 'unix', path: 'unix', placed: false, overlap: true },
  { name: 'unix-behind', path: 'unix', placed: false, overlap: false },
  { name: 'tcp-placed', path: 'tcp', placed: true, overlap: true },
  { name: 'tcp', path: 'tcp', placed: false, overlap: true },
];

export const SCALING_CASES = STAGES.flatMap((stage) => FORMS.map(({ name }) => `stage${stage}-${name}`));

const WARM_UP = 3;
const STEPS_PER_TURN = 5;
const DEFAULT_ROUNDS = 12;

export async function runScaling({ only, rounds = DEFAULT_ROUNDS, log }: GangOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const stage of STAGES) {
    for (const form of FORMS) {
      const name = `stage${stage}-${form.name}`;
      if (only.includes(name)) results.push(...(await compare(name, { stage, ...form }, rounds, log)));
    }
  }
  return results;
}

async function compare(
  name: string,
  setup: ScalingSetup,
  rounds: number,
  log: (line: string) => void,
): Promise<CaseResult[]> {
  const started: BenchGang[] = [];
  const start = async (world: number) => {
    started.push(await BenchGang.start('./scaling-rank.ts', world, setup));
    return started.at(-1)!;
  };
  try {
    const [one, two] = [await start(1), await start(2)];
    const steps = (gang: BenchGang, count: number) => gang.ask<StepTimes[]>(count);
    const first = [(await steps(one, WARM_UP))[0]!.loss, (await steps(two, WARM_UP))[0]!.loss] as const;
    // The same batch on both ranks: the mean loss is that of one.
    if (Math.abs(first[0] - first[1]) > 1e-3)
      throw new Error(`the gang's loss is ${first[1]}, that of one trainer ${first[0]}`);
    const times: Record<'one' | 'two', StepTimes[]> = { one: [], two: [] };
    for (let round = 0; round < rounds; round++) {
      const turns = [
        async () => times.one.push(...(await steps(one, STEPS_PER_TURN))),
        async () => times.two.push(...(await steps(two, STEPS_PER_TURN))),
      ];
      if (round % 2 === 1) turns.reverse();
      for (const turn of turns) await turn();
    }
    return report(name, demoSamples(setup.stage), times, rounds, log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`${name}: FAILED: ${reason}`);
    return [{ ...resultOf(`${name}`, [NaN], [NaN], 'images/s', rounds), error: reason }];
  } finally {
    started.forEach((gang) => gang.close());
  }
}

function report(
  name: string,
  samples: number,
  { one, two }: Record<'one' | 'two', StepTimes[]>,
  rounds: number,
  log: (line: string) => void,
): CaseResult[] {
  const total = (times: StepTimes[]) => times.map(({ totalMs }) => totalMs);
  const speed = (times: StepTimes[], trainers: number) =>
    total(times).map((ms) => (trainers * samples * 1000) / ms);
  const results = [
    withCpu(resultOf(name, speed(two, 2), speed(one, 1), 'images/s', rounds), two, one),
    resultOf(
      `${name}-waiting`,
      two.map(({ communicateMs }) => communicateMs),
      total(two),
      'ms',
      rounds,
      '2 trainers, whole step',
    ),
    resultOf(
      `${name}-staging`,
      two.map(({ stagingMs }) => stagingMs),
      total(two),
      'ms',
      rounds,
      '2 trainers, whole step',
    ),
  ];
  const [speeds, waiting, staging] = results as [CaseResult, CaseResult, CaseResult];
  log(
    `${name}: ${speeds.ours} images/s with 2 trainers, ${speeds.peer} with 1: efficiency ${(100 / (2 * speeds.ratio!)).toFixed(0)} %; ` +
      `waits ${waiting.ours} ms (${(100 * waiting.ratio!).toFixed(1)} %), copies ${staging.ours} ms (${(100 * staging.ratio!).toFixed(1)} %) of a step of ${waiting.peer} ms; ` +
      `CPU of a trainer's step ${speeds.oursCpu} ms, ${speeds.peerCpu} alone`,
  );
  return results;
}

/** With the CPU time of a trainer's step, which other load hardly changes. */
function withCpu(result: CaseResult, ours: StepTimes[], peer: StepTimes[]): CaseResult {
  const cpu = (times: StepTimes[]) => Number(median(times.map(({ cpuMs }) => cpuMs)).toPrecision(4));
  const [oursCpu, peerCpu] = [cpu(ours), cpu(peer)];
  return { ...result, oursCpu, peerCpu, ratioCpu: Number((oursCpu / peerCpu).toFixed(3)) };
}

function resultOf(
  name: string,
  ours: readonly number[],
  peer: readonly number[],
  unit: 'images/s' | 'ms',
  rounds: number,
  peerName = '1 trainer',
): CaseResult {
  const number = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);
  const [a, b] = [median(ours), median(peer)];
  const ratio = unit === 'ms' ? a / b : b / a;
  return {
    case: name,
    ours: number(a),
    peer: number(b),
    peerName,
    unit,
    ratio: Number.isFinite(ratio) ? Number(ratio.toFixed(3)) : null,
    oursVariant: null,
    oursCpu: null,
    peerCpu: null,
    ratioCpu: null,
    oursCores: null,
    peerCores: null,
    oursSpread: number(spread(ours)),
    peerSpread: number(spread(peer)),
    better: unit === 'ms' ? 'lower' : 'higher',
    rounds,
  };
}
