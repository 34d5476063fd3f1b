import { ovisLoss } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import {
  buildMicroBatch,
  disposeMicroBatch,
  isDecayed,
  learningRate,
  StageTrainer,
  type StageSettings,
  type StepResult,
  type TrainingBatch,
  type TrainingSample,
} from '@ovis/training';
import type { CaseTensors } from '../case/files.ts';
import type { GoldenStage, ParityCase, StageNumber } from '../case/parity-case.ts';
import type { GoldenMicroBatch, OfficialStage } from '../case/schemas.ts';
import { parseArguments, type StageArguments } from '../case/stage-arguments.ts';
import { toParams } from '../model/forward.ts';
import { goldenNames } from '../model/golden-names.ts';
import { addGradients, lossGradients } from '../model/loss-gradients.ts';
import { pixelsNamed } from '../model/pictures.ts';
import { noisyParameters } from '../model/noisy-parameters.ts';
import { stageWeights } from '../model/stage-weights.ts';
import type { Rows } from '../rows.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';
import { compareWeights } from './weights.ts';

const FIELDS = [
  ...['trainable', 'n_trainable', 'steps_run', 'learning_rates_used', 'micro_losses'],
  ...[
    'logged: loss',
    'logged: grad_norm',
    'logged: learning_rate',
    'weight_decayed',
    'never_updated_trainable',
    'max_abs_change',
    'micro_batches',
  ],
];

/** One training stage of the official code: some optimizer steps from a given state, on given batches. */
export function officialStageCheck(stage: StageNumber, golden: GoldenStage): Check {
  const file = `stage${stage}.json`;
  return {
    name: `stage${stage}`,
    claims: [
      ...claimsOf(golden.tensors, (name) => name.startsWith('final.')),
      ...fieldClaims(file, golden.info, FIELDS),
    ],
    run: async (rows, c) => {
      if (!golden.info) return;
      const given = parseArguments(file, golden.info.arguments);
      const { initial } = stageWeights(c, stage);
      const settings = stageSettings(c, golden.info, given);
      const run = await train(c, golden.info, settings, given, initial);
      compareNumbers(rows, file, golden.info, settings, run);
      const { tiedHead, toGolden } = goldenNames(c.config);
      const noisy = noisyParameters(c);
      const [before, actual] = [toGolden(initial), toGolden(run.weights)];
      compareWeights(rows, {
        stored: golden.tensors ?? {},
        initial: before,
        actual,
        noisy,
        tiedHead,
        rates: golden.info.learning_rates_used,
        gradients: () => stepGradients(c, golden.info!, given, initial).map(toGolden),
      });
      compareMoves(rows, file, golden.info, before, actual, noisy);
    },
  };
}

interface StageRun {
  steps: StepResult[];
  microLosses: number[];
  trained: readonly string[];
  weights: CaseTensors;
  masks: { golden: number[]; actual: number[] };
}

async function train(
  c: ParityCase,
  golden: OfficialStage,
  settings: StageSettings,
  given: StageArguments,
  initial: CaseTensors,
): Promise<StageRun> {
  const params = toParams(initial);
  const trainer = await StageTrainer.create({ config: c.config, params, settings });
  const run: StageRun = {
    steps: [],
    microLosses: [],
    trained: trainer.trained,
    weights: {},
    masks: { golden: [], actual: [] },
  };
  try {
    for (const group of golden.micro_batches) {
      const batches = microBatches(c, group, given);
      for (const batch of group) {
        run.masks.golden.push(...batch.attention_mask.flat());
        batch.input_ids.forEach((ids, i) => {
          const length = textLength(batch, i);
          run.masks.actual.push(...ids.map((_, at) => (at < length ? 1 : 0)));
        });
      }
      for (const batch of batches) {
        const loss = tf.tidy(() => {
          const { lossSum, tokens } = ovisLoss(c.config, trainer.params, batch);
          return tf.div(lossSum, tokens).dataSync()[0] as number;
        });
        run.microLosses.push(loss);
      }
      run.steps.push(await trainer.step(batches));
      batches.forEach(disposeMicroBatch);
    }
    run.weights = (await trainer.snapshot()).params;
    return run;
  } finally {
    trainer.dispose();
    tf.dispose(params);
  }
}

/** The micro-batches of one optimizer step; the caller disposes them. */
function microBatches(
  c: ParityCase,
  group: readonly GoldenMicroBatch[],
  { maxLength }: StageArguments,
): TrainingBatch[] {
  return group.map((batch) => {
    const samples = batch.input_ids.map((_, i) => trainingSample(c, batch, i));
    return buildMicroBatch(samples, c.config, { maxLength });
  });
}

/** The gradients of each step's batches at the weights that the stage starts from, official names. */
function stepGradients(
  c: ParityCase,
  golden: OfficialStage,
  given: StageArguments,
  initial: CaseTensors,
): CaseTensors[] {
  const params = toParams(initial);
  try {
    return golden.micro_batches.map((group) => {
      const batches = microBatches(c, group, given);
      const gradients = batches.map((batch) => lossGradients(c.config, params, batch));
      batches.forEach(disposeMicroBatch);
      return addGradients(gradients);
    });
  } finally {
    tf.dispose(params);
  }
}

/** A sample without its padding; a text-only one without the dummy picture that the official code gives it. */
function trainingSample(c: ParityCase, batch: GoldenMicroBatch, i: number): TrainingSample {
  const length = textLength(batch, i);
  const inputIds = batch.input_ids[i]!.slice(0, length);
  const pictured = inputIds.some((id) => id < 0);
  return {
    inputIds,
    labels: batch.labels[i]!.slice(0, length),
    pixels: pictured ? batch.images[i]!.map((name) => pixelsNamed(c, name)) : [],
  };
}

function textLength(batch: GoldenMicroBatch, i: number): number {
  return batch.attention_mask[i]!.lastIndexOf(1) + 1;
}

function stageSettings(c: ParityCase, golden: OfficialStage, given: StageArguments): StageSettings {
  const { generation } = c.config;
  const { learningRate, warmupRatio, schedule, clipNorm, accumulation } = given;
  return {
    stage: golden.stage,
    trainModules: given.trainModules.flatMap((module) =>
      module === RE_INIT_LAYERS ? reinitLayers(c, given) : [module],
    ),
    totalSteps: golden.total_steps,
    learningRate,
    warmupRatio,
    schedule,
    clipNorm,
    beta1: golden.optimizer.betas[0],
    beta2: golden.optimizer.betas[1],
    epsilon: golden.optimizer.eps,
    weightDecay: golden.optimizer.weight_decay,
    accumulation,
    // Transformers 4.46, which 1.6 and 2 are pinned to, adds micro-batches up without dividing.
    lossNormalization: generation === '1.6' || generation === '2.0' ? 'microbatch-sum' : 'microbatch',
    activationCheckpointing: false,
    precision: 'fp32',
    seed: 42,
  };
}

const RE_INIT_LAYERS = 'visual_tokenizer.re_init_layers';

/** The layers that are trained after their re-initialisation, which the weights at the beginning hold already. */
function reinitLayers({ config }: ParityCase, { reinitLayersFrom }: StageArguments): string[] {
  const { layers } = config.visual.backbone;
  const begin = reinitLayersFrom ?? layers - 1;
  return Array.from({ length: layers - begin }, (_, i) => `visual_tokenizer.backbone.layer.${begin + i}`);
}

function compareNumbers(
  rows: Rows,
  file: string,
  golden: OfficialStage,
  settings: StageSettings,
  run: StageRun,
): void {
  const field = (name: string) => `${file}: ${name}`;
  const list = (data: number[]) => ({ data, shape: [data.length] });
  rows.names(field('trainable'), golden.trainable, run.trained);
  rows.number(field('n_trainable'), golden.n_trainable, run.trained.length, TOLERANCES.exact);
  rows.number(field('steps_run'), golden.steps_run, run.steps.length, TOLERANCES.exact);
  rows.exact(field('micro_batches'), list(run.masks.golden), run.masks.actual);
  rows.compare(
    field('learning_rates_used'),
    list(golden.learning_rates_used),
    run.steps.map((step) => step.learningRate),
    TOLERANCES.learningRate,
  );
  rows.compare(field('micro_losses'), list(golden.micro_losses), run.microLosses, TOLERANCES.loss);
  const losses = golden.logged.map(({ loss }) => loss);
  // Logged with four digits behind the point.
  const rounded = { absolute: 5e-5 + TOLERANCES.loss.relative * Math.max(...losses) };
  const logged = field('logged');
  rows.compare(
    `${logged}: loss`,
    list(losses),
    run.steps.map((step) => step.loss),
    rounded,
  );
  const norms = list(golden.logged.map((step) => step.grad_norm));
  rows.compare(
    `${logged}: grad_norm`,
    norms,
    run.steps.map((step) => step.gradNorm),
    TOLERANCES.gradientNorm,
  );
  // After the step the scheduler has gone on: the log shows the next step's rate.
  const schedule = {
    kind: settings.schedule,
    baseLr: settings.learningRate,
    warmupRatio: settings.warmupRatio,
    totalSteps: settings.totalSteps,
  };
  const rates = list(golden.logged.map((step) => step.learning_rate));
  const next = run.steps.map((_, i) => learningRate(schedule, i + 1));
  rows.compare(`${logged}: learning_rate`, rates, next, TOLERANCES.learningRate);
  if (Array.isArray(golden.weight_decayed)) {
    const decayed = settings.weightDecay === 0 ? [] : run.trained.filter(isDecayed);
    rows.names(field('weight_decayed'), golden.weight_decayed, decayed);
  } else {
    // A sentence: that there is no decay.
    rows.number(field('weight_decayed'), 0, settings.weightDecay, TOLERANCES.exact);
  }
}

/** How far each parameter moved at most, and which did not move. */
function compareMoves(
  rows: Rows,
  file: string,
  golden: OfficialStage,
  initial: CaseTensors,
  actual: CaseTensors,
  noisy: ReadonlySet<string>,
): void {
  const move = (name: string) => {
    const [before, after] = [initial[name]?.data, actual[name]?.data];
    if (!before || !after) return NaN;
    let largest = 0;
    for (let i = 0; i < before.length; i++) largest = Math.max(largest, Math.abs(after[i]! - before[i]!));
    return largest;
  };
  const names = Object.keys(golden.max_abs_change).filter((name) => !noisy.has(name));
  rows.compare(
    `${file}: max_abs_change`,
    { data: names.map((name) => golden.max_abs_change[name]!), shape: [names.length] },
    names.map(move),
    TOLERANCES.parameter,
  );
  const still = golden.trainable.filter((name) => !noisy.has(name) && move(name) === 0);
  const expected = golden.never_updated_trainable.filter((name) => !noisy.has(name));
  rows.names(`${file}: never_updated_trainable`, expected, still);
}
