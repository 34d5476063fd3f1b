import { initEngine } from '@ovis/tensorflow';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ovis10, stageSettings, toParams } from '../test/golden.ts';
import { disposeMicroBatch, StageTrainer } from './index.ts';

const run = promisify(execFile);

/** What a process of its own says about two steps. */
async function child(checkpointing: 'on' | 'off'): Promise<{ peak: number; loss: number }> {
  const program = fileURLToPath(new URL('../test/peak-child.ts', import.meta.url));
  const node = ['--no-warnings', '--import', import.meta.resolve('tsx')];
  const { stdout } = await run(process.execPath, [...node, program, checkpointing]);
  return JSON.parse(stdout) as { peak: number; loss: number };
}

// Peaks are read from Linux's /proc.
it.skipIf(!existsSync('/proc/self/clear_refs'))(
  'needs little more than half of the peak memory in a deep model',
  { timeout: 300_000 },
  async () => {
    const off = await child('off');
    const on = await child('on');
    expect(off.peak).toBeGreaterThan(300);
    expect(on.peak / off.peak).toBeLessThan(0.65);
    expect(Math.abs(on.loss / off.loss - 1)).toBeLessThan(1e-6);
  },
);

it('gives the same gradients: Adam leaves the same moments and weights', async () => {
  await initEngine();
  const golden = ovis10.stage(3);
  const { initial } = ovis10.weights(3);
  const samples = golden.micro_batches[0]!.flatMap((batch) => ovis10.samples(batch));
  const settings = { ...stageSettings(golden), accumulation: 1, warmupRatio: 0, learningRate: 1e-3 };
  const train = async (activationCheckpointing: boolean) => {
    const params = toParams(initial);
    const trainer = await StageTrainer.create({
      config: ovis10.config,
      params,
      settings: { ...settings, activationCheckpointing },
    });
    const batch = ovis10.batch(golden, samples);
    const { gradNorm } = await trainer.step([batch]);
    disposeMicroBatch(batch);
    const { params: after, optimizer } = await trainer.snapshot();
    const { nodes } = trainer.stats().step;
    trainer.dispose();
    return { gradNorm, after, optimizer, nodes };
  };
  const [plain, again] = [await train(false), await train(true)];
  // It did compute something again.
  expect(again.nodes).toBeGreaterThan(plain.nodes * 1.1);
  expect(Math.abs(again.gradNorm / plain.gradNorm - 1)).toBeLessThan(1e-6);
  const names = Object.keys(plain.optimizer).filter((name) => name.startsWith('exp_avg.'));
  expect(names.length).toBeGreaterThan(50);
  for (const name of names) {
    const [a, b] = [plain.optimizer[name]!.data, again.optimizer[name]!.data];
    const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    expect(worst, name).toBeLessThanOrEqual(1e-5 * largest + 1e-9);
  }
});
