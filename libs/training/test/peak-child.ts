import type { OvisConfig } from '@ovis/model';
import { initParams } from '@ovis/model';
import { initEngine } from '@ovis/tensorflow';
import { readFileSync, writeFileSync } from 'node:fs';
import { buildMicroBatch, StageTrainer } from '../src/index.ts';
import { ovis10, stageSettings } from './golden.ts';

/*
 * Prints the peak memory (MiB, beyond what the process had before) of two steps of a deep model on a large batch.
 * Argument: on or off, the activation checkpointing.
 */

const golden = ovis10.config;
const config: OvisConfig = {
  ...golden,
  llm: { ...golden.llm, layers: 8 },
  visual: { ...golden.visual, backbone: { ...golden.visual.backbone, layers: 8 } },
};
const { channels, imageSize } = config.visual.backbone;
const length = 120;
const ids = Array.from({ length }, (_, i) => 5 + (i % 250));
const samples = Array.from({ length: 64 }, () => ({
  pixels: new Float32Array(channels * imageSize ** 2).fill(0.5),
  inputIds: [-200, ...ids],
  labels: [-100, ...ids.map((id, i) => (i < length - 4 ? -100 : id))],
}));

await initEngine({ intraOpThreads: 2, interOpThreads: 1 });
const trainer = await StageTrainer.create({
  config,
  params: initParams(config, { seed: 1 }),
  settings: {
    ...stageSettings(ovis10.stage(3)),
    accumulation: 1,
    activationCheckpointing: process.argv[2] === 'on',
    precision: 'fp32',
  },
});
const batch = buildMicroBatch(samples, config, { maxLength: 160 });
const before = status('VmRSS');
// 5 resets VmHWM to the present size (proc_pid_clear_refs(5)).
writeFileSync('/proc/self/clear_refs', '5');
await trainer.step([batch]);
const { loss } = await trainer.step([batch]);
process.stdout.write(JSON.stringify({ peak: status('VmHWM') - before, loss }));
process.exit(0);

function status(field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  if (!match) throw new Error(`/proc/self/status has no ${field}`);
  return Number(match[1]) / 1024;
}
