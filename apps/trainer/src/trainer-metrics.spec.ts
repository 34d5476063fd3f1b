import { StagePhase } from '@ovis/protocol';
import { expect, it } from 'vitest';
import { TrainerMetrics } from './trainer-metrics.ts';

it('counts what happens in a stage, and forgets the last numbers of the one before', async () => {
  const metrics = new TrainerMetrics({ tensorBytes: () => 4096 });
  const of = { runId: 'icons', stage: 1 };
  metrics.apply(of, { started: { stepsTotal: 10 } });
  metrics.apply(of, { phase: { phase: StagePhase.TRAINING } });
  const step = { loss: 2.5, gradNorm: 1, lr: 1e-3, images: 32, tokens: 640, imagesPerS: 64 };
  const times = { computeMs: 400, communicateMs: 100, dataMs: 0 };
  for (const number of [1, 2]) metrics.apply(of, { step: { step: number, ...step, ...times } });
  metrics.apply(of, { checkpoint: { step: 2, snapshotMs: 20, waitMs: 30, ms: 900, writtenBytes: 1e6 } });
  metrics.apply(of, { statistics: { step: 2, saturated: 0.25, effectiveWordsMedian: 7, ms: 12 } });
  metrics.apply(of, { heldOut: { step: 2, loss: 3, trainLoss: 2.5 } });
  metrics.apply(of, { warning: { signature: 'saturation', step: 2 } });
  const text = await metrics.registry.metrics();
  for (const line of [
    'ovis_step{run="icons",stage="1"} 2',
    'ovis_loss{run="icons",stage="1"} 2.5',
    'ovis_tokens_per_second{run="icons",stage="1"} 1280',
    'ovis_steps_total{run="icons",stage="1"} 2',
    'ovis_tokens_total{run="icons",stage="1"} 1280',
    'ovis_step_seconds_total{run="icons",stage="1",part="compute"} 0.8',
    'ovis_checkpoint_stall_seconds_total{run="icons",stage="1"} 0.05',
    'ovis_saturated_tokens_ratio{run="icons",stage="1"} 0.25',
    'ovis_effective_words{run="icons",stage="1",statistic="median"} 7',
    'ovis_held_out_gap{run="icons",stage="1"} 0.5',
    'ovis_warning_active{run="icons",stage="1",signature="saturation"} 1',
    'ovis_phase{phase="training"} 1',
    'ovis_tensor_bytes 4096',
  ])
    expect(text).toContain(`${line}\n`);
  metrics.apply({ ...of, stage: 2 }, { started: {} });
  const next = await metrics.registry.metrics();
  expect(next).not.toContain('ovis_loss{run="icons",stage="1"}');
  expect(next).toContain('ovis_steps_total{run="icons",stage="1"} 2');
});
