import { TrainerState, type Heartbeat, type Registration } from '@ovis/protocol';
import { expect, it } from 'vitest';
import { FleetMetrics } from './fleet-metrics.ts';
import { GangQueue } from './gang-queue.ts';
import { RunFeed } from './run-feed.ts';
import { TrainerRegistry } from './trainer-registry.ts';

it('tells who is in the fleet, who is slow, and where runs stand', async () => {
  const registry = new TrainerRegistry({ now: () => 0 });
  const metrics = new FleetMetrics({ registry, queue: new GangQueue() });
  const feed = new RunFeed((event) => metrics.apply(event));
  for (const [trainerId, ownMs] of [
    ['t-1', 100],
    ['t-2', 100],
    ['t-3', 250],
  ] as const) {
    const entry = registry.register({ trainerId, host: 'here', pid: 1 } as Registration);
    const work = { runId: 'icons', gangId: 'gang', generation: 1, state: TrainerState.BUSY };
    registry.beat(entry, { ...work, ownMs } as Heartbeat);
  }
  registry.disconnect(registry.register({ trainerId: 't-4', host: 'here', pid: 2 } as Registration));
  for (const rank of [0, 1]) {
    const stage = { stage: 2, step: { step: 30, loss: 1.25, imagesPerS: 80 } };
    feed.publish({ runId: 'icons', rank, stage });
    feed.publish({ runId: 'icons', rank, stage: { stage: 2, warning: { signature: 'collapse', step: 30 } } });
  }
  feed.publish({ runId: 'icons', rank: 1, stage: { stage: 2, failed: { code: 'PEER_LOST' } } });
  const text = await metrics.registry.metrics();
  for (const line of [
    'ovis_trainers{state="busy"} 3',
    'ovis_trainers{state="away"} 1',
    'ovis_trainer_straggler_ratio{trainer="t-3",run="icons"} 2.5',
    'ovis_trainer_straggler_ratio{trainer="t-1",run="icons"} 1',
    'ovis_gangs_waiting 0',
    'ovis_run_step{run="icons",stage="2"} 30',
    'ovis_run_warning_active{run="icons",stage="2",signature="collapse"} 1',
    'ovis_run_warnings_total{run="icons",stage="2",signature="collapse"} 1',
    'ovis_run_failures_total{run="icons",code="PEER_LOST"} 1',
  ])
    expect(text).toContain(`${line}\n`);
});
