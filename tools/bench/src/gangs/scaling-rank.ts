import { CollectiveListener, ProcessGroup } from '@ovis/allreduce';
import { initEngine } from '@ovis/tensorflow';
import { StageTrainer } from '@ovis/training';
import { demoBatch, demoModelConfig, demoParams, demoRun, demoSettings } from '../models/ovis-demo.ts';
import type { DemoStage } from '../models/ovis-demo.ts';
import { serveRank } from './gang.ts';

/* One trainer of the demo with one thread: it does steps of one batch. */

/** How gradients go between the trainers. */
export type Path = 'shared' | 'unix' | 'tcp';

export interface ScalingSetup {
  stage: DemoStage;
  path: Path;
  /** Buckets are copied into buffers of the collective's making, once; else it works on TensorFlow's memory, and copies what it has to. */
  placed: boolean;
  overlap: boolean;
}

export interface StepTimes {
  totalMs: number;
  /** Of all threads of this trainer. */
  cpuMs: number;
  communicateMs: number;
  stagingMs: number;
  loss: number;
}

/** The others wait in a collective while another gang is measured. */
const TIMEOUT_MS = 3_600_000;

const listener = await CollectiveListener.listen();
await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });

serveRank<ScalingSetup, number>(listener, async ({ stage, path, placed, overlap, rank, addresses }) => {
  const run = await demoRun();
  const config = await demoModelConfig(run);
  const world = addresses.length;
  const sockets = path === 'tcp' ? 'tcp' : 'auto';
  const member = { groupId: 'scaling', generation: 1, rank, world, addresses, listener };
  const group =
    world === 1 ? undefined : await ProcessGroup.join({ ...member, sockets, timeoutMs: TIMEOUT_MS });
  const trainer = await StageTrainer.create({
    config,
    params: await demoParams(run, config),
    settings: { ...demoSettings(run, stage), overlap },
    collective: group,
  });
  if (group && path === 'shared') {
    const bytes = trainer.sharedMemory.inPlace;
    const shared = await group.shareMemory(placed ? { inPlace: bytes } : { staging: bytes });
    if (!shared) throw new Error('this machine has no shared memory');
  }
  if (group && placed) trainer.placeBuffers((length) => group.allocate(length));
  const batch = demoBatch(run, config, stage, run.gang.batchShards);
  return async (steps) => {
    const times: StepTimes[] = [];
    for (let i = 0; i < steps; i++) {
      const began = performance.now();
      const cpu = process.cpuUsage();
      const { loss, communicateMs, stagingMs } = await trainer.step([batch]);
      const { user, system } = process.cpuUsage(cpu);
      const totalMs = performance.now() - began;
      times.push({ totalMs, cpuMs: (user + system) / 1000, communicateMs, stagingMs, loss });
    }
    return times;
  };
});
