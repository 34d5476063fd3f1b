import type { HostTensors, SaveOptions, TrainState } from '../src/index.ts';

export const state = (step: number): TrainState => ({
  stage: 2,
  step,
  totalSteps: 400,
  seed: 17,
  schedule: { kind: 'cosine', warmup: 12 },
  rng: { words: [1, 2, 3] },
  cursors: [{ lane: 0, epoch: 1, emitted: step }],
  world: 2,
  loss: 1.5,
  configHash: 'abc',
  versions: { ovis: '0.1.0' },
});

/** Values tell the step. */
export function makeParts(step: number): Required<SaveOptions['parts']> {
  const tensor = (length: number, add: number): HostTensors[string] => ({
    dtype: 'F32',
    shape: [length],
    data: Float32Array.from({ length }, (_, i) => i + add + step),
  });
  return {
    vte: { 'vte.weight': tensor(300, 0.25) },
    visual_head: { 'visual_tokenizer.head.0.weight': tensor(200, 0.5) },
    vit: { 'visual_tokenizer.backbone.x': tensor(100, 0.75) },
    llm: { 'llm.a': tensor(500, 0), 'llm.b': tensor(300, 7) },
    optimizer: {
      'exp_avg.vte.weight': tensor(300, 3),
      step: { dtype: 'I64', shape: [1], data: BigInt64Array.of(BigInt(step)) },
    },
  };
}
