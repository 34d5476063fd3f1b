import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStageRequest } from '@ovis/protocol';
import type { MicroBatch, StepResult } from '@ovis/training';
import { afterEach, expect, it } from 'vitest';
import { SampleAudit } from './sample-audit.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-audit-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const request = { runId: 'r', gangId: 'g', generation: 2, stage: 1, rank: 1, world: 2 } as RunStageRequest;

it('writes the samples of a step before it begins and its loss when it is done; a step that fails has no loss', async () => {
  const audit = SampleAudit.ofEnvironment(request, { OVIS_SAMPLE_AUDIT: folder });
  let done = 6;
  const trainer = audit!.beside({
    get stepsDone() {
      return done;
    },
    step: (batches: readonly MicroBatch[]): Promise<StepResult> => {
      if (batches.length === 0) return Promise.reject(new Error('a peer is lost'));
      done++;
      return Promise.resolve({ loss: 0.5 } as StepResult);
    },
  });
  const [good, bad]: MicroBatch[][] = [[{} as MicroBatch], []];
  audit!.remember(good!, ['a.tar#x', 'a.tar#y']);
  audit!.remember(bad!, ['a.tar#z']);
  await trainer.step(good!);
  await expect(trainer.step(bad!)).rejects.toThrow('a peer is lost');
  const lines = readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')
    .trim()
    .split('\n');
  const of = { run: 'r', gang: 'g', generation: 2, stage: 1, rank: 1, world: 2 };
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { ...of, step: 7, samples: ['a.tar#x', 'a.tar#y'] },
    { ...of, step: 7, loss: 0.5 },
    { ...of, step: 8, samples: ['a.tar#z'] },
  ]);
});

it('is off unless a folder is named', () => {
  expect(SampleAudit.ofEnvironment(request, {})).toBeUndefined();
});
