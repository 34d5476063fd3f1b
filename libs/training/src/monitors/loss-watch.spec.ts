import { describe, expect, it } from 'vitest';
import { badLossDefaults } from '../settings-from-config.ts';
import type { BadLossSettings } from './bad-loss-settings.ts';
import { LossWatch } from './loss-watch.ts';

/** A watch that has seen 20 good steps with losses about 2 and norms about 1. */
function seasoned(changes: Partial<BadLossSettings>): LossWatch {
  const watch = new LossWatch({ ...badLossDefaults, ...changes });
  for (let i = 0; i < 20; i++) expect(watch.judge({ loss: 2 + (i % 3) / 10, gradNorm: 1 })).toBeUndefined();
  return watch;
}

const nan = { loss: NaN, gradNorm: NaN };
const high = { loss: 30, gradNorm: 1 };
const good = { loss: 2, gradNorm: 1 };

describe('LossWatch', () => {
  it('does not take a falling loss, a small one or a spike for an explosion', () => {
    const watch = seasoned({});
    for (let loss = 8; loss > 1e-6; loss *= 0.8) expect(watch.judge({ loss, gradNorm: 20 })).toBeUndefined();
    for (let i = 0; i < 100; i++) watch.judge({ loss: 1e-5, gradNorm: 1 });
    expect(watch.judge({ loss: 0.3, gradNorm: 1 })).toBeUndefined();
    const spiky = seasoned({});
    for (let i = 0; i < 5; i++) expect(spiky.judge(high)?.action).toBe('wait');
    expect(spiky.judge(good)).toBeUndefined();
    for (let i = 0; i < 9; i++) expect(spiky.judge(high)?.action).toBe('wait');
  });

  it('stops at once at what is no number, and after `steps` explosions in a row', () => {
    expect(new LossWatch(badLossDefaults).judge(nan)).toMatchObject({ action: 'stop', notFinite: true });
    const watch = seasoned({ steps: 3 });
    expect([watch.judge(high)?.action, watch.judge(high)?.action]).toEqual(['wait', 'wait']);
    const bad = watch.judge(high);
    expect(bad).toMatchObject({ action: 'stop', notFinite: false });
    expect(bad!.message).toBe(
      'the loss is 30, the median of the last good steps 2.1, the 3th bad step in a row',
    );
    const norm = seasoned({ steps: 1 }).judge({ loss: 2, gradNorm: 101 });
    expect(norm!.message).toContain('the gradient norm is 101, the median of the last good steps 1');
  });

  it('skips as many as it may in a row, by limits that the device knows too', () => {
    const watch = seasoned({ policy: 'skip', mostSkips: 2 });
    expect(watch.limits).toEqual({ loss: Math.fround(4 * 2.1), gradNorm: 100 });
    expect([nan, high, good, nan, nan, nan].map((o) => watch.judge(o)?.action)).toEqual([
      'skip',
      'skip',
      undefined,
      'skip',
      'skip',
      'stop',
    ]);
    expect(watch.memory.skipped).toBe(5);
    expect(seasoned({ policy: 'rollback' }).limits.loss).toBe(Infinity);
  });

  it('goes back as often as it may', () => {
    const watch = seasoned({ policy: 'rollback', mostRollbacks: 1 });
    expect(watch.judge(nan)!.action).toBe('rollback');
    const memory = { ...watch.memory, rollbacks: 1 };
    const again = new LossWatch({ ...badLossDefaults, policy: 'rollback', mostRollbacks: 1 }, memory);
    expect(again.judge(nan)).toMatchObject({ action: 'stop' });
    expect(again.judge(nan)!.message).toContain('gone back to a checkpoint 1 times');
  });
});
