import type { RunEvent, StageEvent } from '@ovis/protocol';
import { describe, expect, it } from 'vitest';
import { LiveLines } from './live-lines.ts';
import { RunState } from './run-state.ts';

const warning = {
  signature: 'saturation',
  step: 150,
  since: 50,
  message: '80 % of the visual tokens are one word each',
  remedy: "Lower the visual head's rate.",
  over: false,
};

function event(inner: object, rank = 0): RunEvent {
  const stage = { stage: 1, generation: 1, rank, atMs: 1, ...inner } as StageEvent;
  return { runId: 'run', trainerId: `trainer-${rank}`, rank, event: 'stage', stage };
}

describe('a warning', () => {
  it('is told once, with what helps', () => {
    const lines = new LiveLines();
    expect(lines.of(event({ event: 'warning', warning })).map(({ text }) => text)).toEqual([
      'stage 1  warning at step 150: saturation: 80 % of the visual tokens are one word each',
      "stage 1    fix: Lower the visual head's rate.",
    ]);
    expect(lines.of(event({ event: 'warning', warning }, 1))).toEqual([]);
    const over = { ...warning, step: 300, over: true };
    expect(lines.of(event({ event: 'warning', warning: over }))).toHaveLength(1);
    const state = new RunState();
    for (const rank of [0, 1, 0]) state.apply(event({ event: 'warning', warning }, rank));
    expect(state.notes.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(state.stages.get(1)!.warnings).toEqual([warning]);
  });

  it('comes with what the tokens look like and the loss on held-out samples', () => {
    const statistics = {
      step: 50,
      effectiveWordsMean: 12.34,
      effectiveWordsMedian: 10,
      words: 510,
      saturated: 0.012,
      deadWords: 0.4,
      variance: 0.31,
    };
    const [line] = new LiveLines().of(event({ event: 'statistics', statistics }));
    expect(line!.text).toBe(
      'stage 1  step 50: 12.3 words per visual token (median 10 of 510), 1.2 % saturated, 40 % of the words dead, embeddings vary by 31 %',
    );
    const heldOut = { step: 100, loss: 2.5, trainLoss: 2, samples: 64, ms: 1 };
    const [gap] = new LiveLines().of(event({ event: 'heldOut', heldOut }));
    expect(gap!.text).toContain('held-out loss 2.50');
  });
});
