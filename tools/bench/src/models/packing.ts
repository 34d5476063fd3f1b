import { IGNORE_ID, IMAGE_TOKEN_ID, imageTokenRows, RandomStream } from '@ovis/model';
import { buildStepBatches, StageTrainer } from '@ovis/training';
import type { BuiltBatch, StepBatchOptions, TrainingSample } from '@ovis/training';
import { INSTRUCTIONS, instructionLengths } from './instruction-lengths.ts';
import { demoModelConfig, demoParams, demoRun, demoSettings } from './ovis-demo.ts';

/** How a step's samples lie in its batches; all three compute the same loss. */
export const FORMS: Record<string, Pick<StepBatchOptions, 'packing' | 'lossNormalization'>> = {
  /** Every micro-batch as long as its longest sample, samples in the order of the data. */
  padded: { packing: 'none', lossNormalization: 'microbatch' },
  /** The same after sorting the step's samples by length. */
  bucketed: { packing: 'none', lossNormalization: 'tokens' },
  /** Several samples in a row. */
  packed: { packing: 'rows', lossNormalization: 'tokens' },
};

/** The demo's model in stage 3, and batches of instruction-like lengths in one of {@link FORMS}. */
export async function packingWork(form: string, shards: number) {
  const how = FORMS[form];
  if (!how) throw new Error(`there is no form '${form}'`);
  const run = await demoRun();
  const { maxLength, microBatches } = INSTRUCTIONS;
  const config = { ...(await demoModelConfig(run)), multimodalMaxLength: maxLength };
  const settings = { ...demoSettings(run, 3), accumulation: microBatches };
  const trainer = await StageTrainer.create({ config, params: await demoParams(run, config), settings });
  const random = new RandomStream(run.seed, 'bench/packing');
  const { channels, imageSize } = config.visual.backbone;
  const sample = (length: number): TrainingSample => {
    const ids = Array.from(random.uniforms(length, 0, config.llm.vocabSize), Math.floor);
    return {
      pixels: random.normals(channels * imageSize ** 2, 0, 1),
      inputIds: [IMAGE_TOKEN_ID, ...ids],
      // The question is a third of the text.
      labels: [IGNORE_ID, ...ids.map((id, at) => (at < length / 3 ? IGNORE_ID : id))],
    };
  };
  const lengths = instructionLengths(imageTokenRows(config));
  const steps = lengths.map((step): BuiltBatch[][] =>
    buildStepBatches(step.map(sample), config, {
      maxLength,
      lengthMultiple: 16,
      microBatches,
      shards,
      ...how,
    }),
  );
  return { trainer, steps };
}
