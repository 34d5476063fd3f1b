import type { BenchCase, Unit } from './bench-case.ts';
import type { Measured, Samples } from './measure.ts';
import { median, spread } from './statistics.ts';

/** A side's best variant in the case's unit. */
export interface SideResult {
  variant: string;
  /** The headline number. */
  value: number;
  /** That of the best iteration; NaN for memory. */
  best: number;
  /** From CPU time; NaN for memory. */
  cpu: number;
  cores: number;
  spread: number;
}

/** What became of one variant. */
export interface FormResult {
  side: 'ours' | 'peer';
  /** Empty for the nameless form. */
  form: string;
  value: number | null;
  cpu: number | null;
  /** Why it was left out. */
  error?: string;
}

/** One line of the table, one object of the JSON. Numbers are null where a side did not run. */
export interface CaseResult {
  case: string;
  ours: number | null;
  peer: number | null;
  /** The peer and the variant that counted. */
  peerName: string;
  unit: Unit;
  /** Cost of ours / cost of the peer: below 1 we are better, also where a larger number is (tokens/s). */
  ratio: number | null;
  oursVariant: string | null;
  oursCpu: number | null;
  peerCpu: number | null;
  ratioCpu: number | null;
  /** The best iteration of each side: what the machine can do when nothing disturbs it. */
  oursBest?: number | null;
  peerBest?: number | null;
  ratioBest?: number | null;
  /** CPU seconds per GB of `params.bytes`, where a case has them. */
  oursCpuPerGb?: number | null;
  peerCpuPerGb?: number | null;
  /** CPU time / wall time: processors that were busy on average. */
  oursCores: number | null;
  peerCores: number | null;
  oursSpread: number | null;
  peerSpread: number | null;
  better: 'lower' | 'higher';
  rounds: number;
  /** Everything that was tried; the best of each side counts. */
  forms?: FormResult[];
  /** Why there is no comparison. */
  error?: string;
}

/** Samples in the case's unit. */
export function inUnit(benchCase: BenchCase, samples: Samples): SideResult {
  if (benchCase.kind === 'memory') {
    const { peakExtraBytes } = samples;
    return {
      variant: '',
      value: median(peakExtraBytes),
      best: NaN,
      cpu: NaN,
      cores: NaN,
      spread: spread(peakExtraBytes),
    };
  }
  const count = benchCase.perIteration ?? 1;
  const convert = (ms: number): number => {
    if (benchCase.unit === 'tokens/s') return (count * 1000) / ms;
    return benchCase.unit === 'us' ? (ms * 1000) / count : ms / count;
  };
  const headline = benchCase.clock === 'cpu' ? samples.cpuMs : samples.wallMs;
  return {
    variant: '',
    value: convert(median(headline)),
    best: convert(Math.min(...headline)),
    cpu: convert(median(samples.cpuMs)),
    cores: sum(samples.cpuMs) / sum(samples.wallMs),
    spread: spread(headline),
  };
}

/** The best variant of each side, and their ratio. */
export function caseResult(
  benchCase: BenchCase,
  measured: readonly Measured[],
  rounds: number,
  error?: string,
): CaseResult {
  const better = benchCase.unit === 'tokens/s' ? 'higher' : 'lower';
  const best = (side: 'ours' | 'peer'): SideResult | undefined =>
    measured
      .filter((m) => m.variant.side === side && !m.failure)
      .map((m) => ({ ...inUnit(benchCase, m.samples), variant: m.variant.name }))
      .filter((result) => !Number.isNaN(result.value))
      .sort((a, b) => (better === 'lower' ? a.value - b.value : b.value - a.value))[0];
  const ours = best('ours');
  const peer = best('peer');
  return {
    case: benchCase.name,
    ours: number(ours?.value),
    peer: number(peer?.value),
    peerName: benchCase.peerName + (peer?.variant ? ` (${peer.variant})` : ''),
    unit: benchCase.unit,
    ratio: costRatio(better, ours?.value, peer?.value),
    oursVariant: ours?.variant || null,
    oursCpu: number(ours?.cpu),
    peerCpu: number(peer?.cpu),
    ratioCpu: costRatio(better, ours?.cpu, peer?.cpu),
    oursBest: number(ours?.best),
    peerBest: number(peer?.best),
    ratioBest: costRatio(better, ours?.best, peer?.best),
    ...perGb(benchCase, ours, peer),
    oursCores: number(ours?.cores),
    peerCores: number(peer?.cores),
    oursSpread: number(ours?.spread),
    peerSpread: number(peer?.spread),
    better,
    rounds,
    forms: measured.map((m) => formResult(benchCase, m)),
    ...(error ? { error } : {}),
  };
}

/** CPU time per operation, in the case's unit, as seconds per GB. */
function perGb({ unit, params }: BenchCase, ours?: SideResult, peer?: SideResult): Partial<CaseResult> {
  const bytes = params?.bytes;
  if (typeof bytes !== 'number' || unit !== 'us') return {};
  const seconds = (side?: SideResult) => number(side && (side.cpu * 1e-6 * 1e9) / bytes);
  return { oursCpuPerGb: seconds(ours), peerCpuPerGb: seconds(peer) };
}

function formResult(benchCase: BenchCase, { variant, samples, failure }: Measured): FormResult {
  const { value, cpu } = inUnit(benchCase, samples);
  const form = { side: variant.side, form: variant.name };
  if (failure !== undefined) return { ...form, value: null, cpu: null, error: failure };
  return { ...form, value: number(value), cpu: number(cpu) };
}

/** Four significant digits; null for what was not measured. */
function number(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
}

function costRatio(
  better: CaseResult['better'],
  ours: number | undefined,
  peer: number | undefined,
): number | null {
  if (ours === undefined || peer === undefined) return null;
  const value = better === 'lower' ? ours / peer : peer / ours;
  return Number.isFinite(value) ? Number(value.toFixed(3)) : null;
}

function sum(samples: readonly number[]): number {
  return samples.reduce((a, b) => a + b, 0);
}
