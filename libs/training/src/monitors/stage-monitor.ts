import type { OvisConfig, Params } from '@ovis/model';
import type { Collective } from '../collective.ts';
import type { StoredTensors } from '../host-tensors.ts';
import type { TrainingBatch } from '../micro-batch.ts';
import { judge } from './episodes.ts';
import type { Episodes } from './episodes.ts';
import { TokenMeter } from './measure-tokens.ts';
import type { MeasuredTokens } from './measure-tokens.ts';
import type { MonitorSettings } from './monitor-settings.ts';
import { tokenSignatures } from './signatures.ts';
import type { StageStatistics, StageWarning } from './stage-statistics.ts';
import { WORD_USAGE, WordUsage } from './word-usage.ts';

export interface StageMonitorOptions {
  config: OvisConfig;
  /** The model as it is, called inside `compile`. */
  params: () => Params;
  settings: MonitorSettings;
  totalSteps: number;
  /** Of a checkpoint. */
  stored?: StoredTensors;
  episodes?: Episodes;
}

/** What one step's measurement brought. */
export interface Observation {
  statistics?: StageStatistics;
  warnings: StageWarning[];
}

/** A measurement that counts once its step is done. */
export interface Measurement {
  tokens: MeasuredTokens | undefined;
  ms: number;
}

/**
 * Watches a stage: every `every` steps it looks at the visual tokens of the step's own pictures, in front of the step, and judges them behind it. What
 * it remembers follows from the steps that were done: a step that is repeated after a failure counts once.
 */
export class StageMonitor {
  readonly #o: StageMonitorOptions;
  readonly #meter: TokenMeter;
  readonly #usage: WordUsage;
  /** Part of the trainer's state. */
  readonly episodes: Episodes;

  constructor(o: StageMonitorOptions) {
    this.#o = o;
    this.#meter = new TokenMeter(o.config, o.params);
    this.#usage = new WordUsage(this.#meter.words, o.stored?.[WORD_USAGE]);
    this.episodes = structuredClone(o.episodes ?? {});
  }

  get usage(): WordUsage {
    return this.#usage;
  }

  /** Whether step `step` (from 1) is one to look at. */
  due(step: number): boolean {
    return step % this.#o.settings.every === 0;
  }

  /** All ranks call it, in front of the same step. */
  async measure(batch: TrainingBatch | undefined, collective: Collective): Promise<Measurement> {
    const began = performance.now();
    const tokens = await this.#meter.measure(batch, collective);
    return { tokens, ms: performance.now() - began };
  }

  /** The step of a measurement is done. */
  observe(step: number, { tokens, ms }: Measurement): Observation {
    if (tokens === undefined) return { warnings: [] };
    const { settings, totalSteps, config } = this.#o;
    const statistics = { ...this.#summary(step, tokens), ms };
    if (step <= settings.warmupRatio * totalSteps) return { statistics, warnings: [] };
    // The other functions make one word of every token on purpose.
    const judged = tokenSignatures.filter(
      ({ name }) => name !== 'saturation' || config.visual.tokenizeFunction === 'softmax',
    );
    return { statistics, warnings: judge(this.episodes, judged, statistics, settings) };
  }

  dispose(): void {
    this.#meter.dispose();
  }

  #summary(step: number, { entropy, largest, usage, embeddings }: MeasuredTokens) {
    const { saturatedAbove, deadBelow, usageTokens } = this.#o.settings;
    const tokens = entropy.length;
    this.#usage.add(usage, tokens, usageTokens);
    const effective = entropy.map(Math.exp).sort((a, b) => a - b);
    const mean = meanOf(effective);
    return {
      step,
      tokens,
      entropy: meanOf(entropy),
      effectiveWords: { mean, median: effective[tokens >> 1]!, least: effective[0]! },
      saturated: largest.filter((p) => p > saturatedAbove).length / tokens,
      largest: meanOf(largest),
      words: usage.length,
      deadWords: this.#usage.dead(deadBelow),
      coverage: (this.#usage.tokens * mean) / usage.length,
      ...embeddings,
    };
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
