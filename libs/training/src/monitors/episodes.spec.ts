import { describe, expect, it } from 'vitest';
import { judge } from './episodes.ts';
import type { Episodes } from './episodes.ts';
import { monitorDefaults } from '../settings-from-config.ts';
import { heldOutSignatures, tokenSignatures } from './signatures.ts';
import type { StageStatistics } from './stage-statistics.ts';

const healthy: StageStatistics = {
  step: 0,
  tokens: 512,
  entropy: 2.3,
  effectiveWords: { mean: 12, median: 10, least: 2 },
  saturated: 0.02,
  largest: 0.3,
  words: 510,
  deadWords: 0.1,
  coverage: 400,
  variance: 0.4,
  cosine: 0.5,
  dimensions: 20,
  tableNorm: 10,
  logitScale: 1.5,
  ms: 1,
};

/** The warnings of measurements one after the other, 50 steps apart. */
function warnings(list: Partial<StageStatistics>[], episodes: Episodes = {}) {
  return list.flatMap((changes, i) =>
    judge(episodes, tokenSignatures, { ...healthy, step: 50 * (i + 1), ...changes }, monitorDefaults),
  );
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('signatures', () => {
  it.each([
    ['saturation', { saturated: 0.8 }, '80 %'],
    ['dead-words', { deadWords: 0.95 }, '95 % of the 510'],
    ['collapse', { variance: 0.004 }, '0.4 %'],
    ['collapse', { cosine: 0.999 }, '0.999'],
  ])('sees %s, says what it sees and what helps', (signature, changes, said) => {
    const [warning, ...others] = warnings(times(6, changes));
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ signature, step: 150, since: 50, over: false });
    expect(warning!.message).toContain(said);
    expect(warning!.message).toContain('since step 50');
    expect(warning!.remedy.length).toBeGreaterThan(50);
  });

  it('says nothing of healthy tokens, of what lasts too short, nor of numbers that are none', () => {
    expect(warnings(times(10, {}))).toEqual([]);
    expect(warnings([...times(2, { saturated: 0.9 }), {}, ...times(2, { saturated: 0.9 })])).toEqual([]);
    expect(warnings(times(5, { saturated: NaN, variance: NaN, cosine: NaN, deadWords: NaN }))).toEqual([]);
  });

  it('does not call words dead that had no chance yet', () => {
    expect(warnings(times(5, { deadWords: 0.99, coverage: 0.5 }))).toEqual([]);
  });

  it('warns once an episode: it is over well below the threshold only, and may come again', () => {
    const bad = { saturated: 0.9 };
    const near = { saturated: 0.45 };
    const list = warnings([...times(5, bad), ...times(5, near), ...times(5, {}), ...times(3, bad)]);
    expect(list.map(({ step, over }) => [step, over])).toEqual([
      [150, false],
      [650, true],
      [900, false],
    ]);
    expect(list[2]!.since).toBe(800);
  });

  it('goes on with what a checkpoint remembers', () => {
    const episodes: Episodes = {};
    warnings(times(2, { saturated: 0.9 }), episodes);
    const stored = JSON.parse(JSON.stringify(episodes)) as Episodes;
    expect(warnings([{ step: 150, saturated: 0.9 }], stored)).toHaveLength(1);
  });

  it('sees a gap to held-out samples that stays', () => {
    const episodes: Episodes = {};
    const gaps = [0.6, 0.7, 0.9, 1].flatMap((gap, i) =>
      judge(
        episodes,
        heldOutSignatures,
        { step: 100 * (i + 1), heldOutLoss: 1 + gap, trainLoss: 1, gap },
        monitorDefaults,
      ),
    );
    expect(gaps).toMatchObject([{ signature: 'overfitting', step: 300, since: 100 }]);
    expect(gaps[0]!.message).toContain('held-out samples is 1.9, 0.9 above');
  });
});
