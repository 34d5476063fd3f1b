import { describe, expect, it } from 'vitest';
import { checkpointRefs } from './checkpoint-refs.ts';
import { describeResume, resumePoint } from './resume.ts';
import type { CheckpointRef } from './types.ts';

const at = (stage: 1 | 2 | 3, step: number, totalSteps = 300): CheckpointRef => ({
  stage,
  step,
  totalSteps,
  url: `s3://b/r/checkpoints/stage${stage}-step${step}`,
  complete: step === totalSteps,
  savedAt: 0,
});

describe('resumePoint', () => {
  it('starts from the backbones when nothing was saved', () => {
    const point = resumePoint([]);
    expect(point).toEqual({ stage: 1, checkpointUrl: '', initial: true, step: 0 });
    expect(describeResume(point)).toContain('backbones');
  });
  it('goes on inside the stage of the last checkpoint', () => {
    const point = resumePoint([at(1, 300), at(2, 100)]);
    expect(point).toEqual({ stage: 2, checkpointUrl: at(2, 100).url, initial: false, step: 100 });
    expect(describeResume(point)).toContain('goes on in stage 2 after step 100');
  });
  it('starts the next stage after a complete one', () => {
    expect(resumePoint([at(1, 300)])).toMatchObject({ stage: 2, initial: true, step: 0 });
  });
  it('only evaluates when all stages are complete', () => {
    expect(resumePoint([at(1, 300), at(2, 300), at(3, 300)]).stage).toBe('evaluation');
  });
  it('repeats a stage on the end of the one before', () => {
    expect(resumePoint([at(1, 300), at(2, 300), at(3, 100)], { stage: 2 })).toEqual({
      stage: 2,
      checkpointUrl: at(1, 300).url,
      initial: true,
      step: 0,
      repeat: true,
    });
  });
  it('goes on from a checkpoint that was asked for; what was saved behind it does not count', () => {
    const all = [at(1, 300), at(2, 100), at(2, 200)];
    expect(resumePoint(all, { from: 'stage2-step100' })).toEqual({
      stage: 2,
      checkpointUrl: at(2, 100).url,
      initial: false,
      step: 100,
      repeat: true,
    });
    expect(resumePoint(all, { from: `${at(1, 300).url}/` })).toMatchObject({ stage: 2, initial: true });
    expect(resumePoint(all, { from: 'stage2-step200' }).repeat).toBeUndefined();
    expect(() => resumePoint(all, { from: 'stage2-step150' })).toThrow(
      "there is no checkpoint 'stage2-step150' (found: stage1-step300, stage2-step100, stage2-step200)",
    );
    expect(() => resumePoint(all, { from: 'stage2-step100', stage: 3 })).toThrow(
      'stage 2 goes on, not stage 3',
    );
  });
  it('refuses a stage without the end of the one before', () => {
    expect(() => resumePoint([at(1, 100)], { stage: 2 })).toThrow(
      'stage 2 cannot start: stage 1 has no final checkpoint (found: stage 1 step 100)',
    );
  });
});

describe('checkpointRefs', () => {
  const manifest = (stage: number, step: number) => ({
    id: `stage${stage}-step${step}`,
    createdAt: '2026-11-23T00:00:00Z',
    stage,
    step,
    totalSteps: 300,
  });
  const manifests = [manifest(1, 300), manifest(2, 100), manifest(2, 300), manifest(3, 100)];

  it('ends with the one that was saved last', () => {
    const refs = checkpointRefs('s3://b/r/checkpoints/', manifests, 'stage2-step100');
    expect(refs.map(({ url, complete }) => [url, complete])).toEqual([
      ['s3://b/r/checkpoints/stage1-step300', true],
      ['s3://b/r/checkpoints/stage2-step100', false],
    ]);
  });
  it('is empty when nothing was saved', () => {
    expect(checkpointRefs('s3://b', [], undefined)).toEqual([]);
  });
});
