import { mergedBatchTensors } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import {
  disposeMicroBatch,
  learningRate,
  StageTrainer,
  type StageSettings,
  type StepResult,
} from '@ovis/training';
import type { CaseTensors } from '../case/files.ts';
import type { GoldenStage, ParityCase, StageNumber } from '../case/parity-case.ts';
import type { NativeStage } from '../case/schemas.ts';
import { forwardInputs, forwardPlan, toParams } from '../model/forward.ts';
import { goldenNames } from '../model/golden-names.ts';
import { noisyParameters } from '../model/noisy-parameters.ts';
import { stageWeights } from '../model/stage-weights.ts';
import type { Rows } from '../rows.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';
import { forwardGradients } from './gradients.ts';
import { compareWeights } from './weights.ts';

const FIELDS = [
  'trainable',
  ...['loss', 'grad_norm', 'lr_head_table', 'lr_rest'].map((field) => `history: ${field}`),
];

/** One training stage of native `ovis2`: the forward batch at every step, the head and the table with a rate of their own. */
export function nativeStageCheck(stage: StageNumber, golden: GoldenStage): Check {
  const file = `stage${stage}.json`;
  return {
    name: `stage${stage}`,
    claims: [
      ...claimsOf(golden.tensors, (name) => name.startsWith('final.')),
      ...fieldClaims(file, golden.nativeInfo, FIELDS),
    ],
    run: async (rows, c) => {
      if (!golden.nativeInfo) return;
      const { initial } = stageWeights(c, stage);
      const settings = stageSettings(golden.nativeInfo);
      const run = await train(c, golden.nativeInfo, settings, initial);
      compareHistory(rows, file, golden.nativeInfo, settings, run.steps);
      const { tiedHead, toGolden } = goldenNames(c.config);
      const trained = Object.fromEntries(run.trained.map((name) => [name, initial[name]!]));
      // A tied head may be listed or not: it is the table.
      const named = (names: string[]) => names.filter((name) => name !== tiedHead);
      rows.names(
        `${file}: trainable`,
        named(golden.nativeInfo.trainable),
        named(Object.keys(toGolden(trained))),
      );
      compareWeights(rows, {
        stored: golden.tensors ?? {},
        initial: toGolden(initial),
        actual: toGolden(run.weights),
        noisy: noisyParameters(c),
        tiedHead,
        gradients: () => [toGolden(startGradients(c, initial))],
        rates: golden.nativeInfo.history.map((step) => Math.max(step.lr_head_table, step.lr_rest)),
      });
    },
  };
}

/** The gradients of the forward batch, which every step has, at the weights that the stage starts from. */
function startGradients(c: ParityCase, initial: CaseTensors): CaseTensors {
  const params = toParams(initial);
  try {
    return forwardGradients(c, params);
  } finally {
    tf.dispose(params);
  }
}

async function train(
  c: ParityCase,
  golden: NativeStage,
  settings: StageSettings,
  initial: CaseTensors,
): Promise<{ steps: StepResult[]; trained: readonly string[]; weights: CaseTensors }> {
  const params = toParams(initial);
  const inputs = forwardInputs(c);
  const plan = forwardPlan(c.config, inputs, c.config.multimodalMaxLength);
  const batch = mergedBatchTensors(c.config, plan, inputs.pixels);
  const trainer = await StageTrainer.create({ config: c.config, params, settings });
  try {
    const steps: StepResult[] = [];
    for (let step = 0; step < golden.history.length; step++) steps.push(await trainer.step([batch]));
    return { steps, trained: trainer.trained, weights: (await trainer.snapshot()).params };
  } finally {
    trainer.dispose();
    disposeMicroBatch(batch);
    tf.dispose(params);
  }
}

/** The stages train what Ovis 2's do (spec 5.2). */
function stageSettings({ stage, settings }: NativeStage): StageSettings {
  const { lr, lr_head: headRate, warmup } = settings.stages;
  const tower = {
    1: ['visual_tokenizer.backbone.layer.-1'],
    2: ['visual_tokenizer.backbone'],
    3: ['visual_tokenizer.backbone', 'llm'],
  }[stage];
  return {
    stage,
    trainModules: [...tower, `visual_tokenizer.head:${headRate}`, `vte:${headRate}`],
    totalSteps: settings.total,
    learningRate: lr,
    warmupRatio: warmup,
    schedule: 'cosine',
    clipNorm: settings.clip,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    accumulation: 1,
    lossNormalization: 'microbatch',
    activationCheckpointing: false,
    precision: 'fp32',
    seed: 42,
  };
}

function compareHistory(
  rows: Rows,
  file: string,
  { history, settings: golden }: NativeStage,
  settings: StageSettings,
  steps: readonly StepResult[],
): void {
  const name = (field: string) => `${file}: history: ${field}`;
  const list = (data: number[]) => ({ data, shape: [data.length] });
  rows.compare(
    name('loss'),
    list(history.map(({ loss }) => loss)),
    steps.map(({ loss }) => loss),
    TOLERANCES.loss,
  );
  rows.compare(
    name('grad_norm'),
    list(history.map((step) => step.grad_norm)),
    steps.map(({ gradNorm }) => gradNorm),
    TOLERANCES.gradientNorm,
  );
  const rates = (baseLr: number) =>
    history.map(({ step }) => {
      const { schedule: kind, warmupRatio, totalSteps } = settings;
      return learningRate({ kind, baseLr, warmupRatio, totalSteps }, step);
    });
  const { lr, lr_head: headRate } = golden.stages;
  rows.compare(
    name('lr_head_table'),
    list(history.map((step) => step.lr_head_table)),
    rates(headRate),
    TOLERANCES.learningRate,
  );
  rows.compare(
    name('lr_rest'),
    list(history.map((step) => step.lr_rest)),
    rates(lr),
    TOLERANCES.learningRate,
  );
}
