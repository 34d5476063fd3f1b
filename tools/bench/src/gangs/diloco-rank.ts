import { CollectiveListener, ProcessGroup } from '@ovis/allreduce';
import { expandPictures, imageProcessor, ovisLoss, preparePicture } from '@ovis/model';
import { newFromBackbones } from '@ovis/pretrained';
import { expandBraces } from '@ovis/storage';
import { compile, initEngine, tf } from '@ovis/tensorflow';
import { captionSample } from '@ovis/text';
import {
  buildStepBatches,
  disposeMicroBatch,
  soloCollective,
  stageSettings,
  StageTrainer,
} from '@ovis/training';
import type { GradientCompression, TrainingBatch, TrainingSample } from '@ovis/training';
import { decodeImage, LaneGroup, type Sample } from '@ovis/webdataset';
import { demoRun } from '../models/ovis-demo.ts';
import { serveRank } from './gang.ts';

/* One of two trainers that train stage 1 of the demo, on the demo's drawings. */

export interface DilocoSetup {
  /** Shards of captions, and of captions that are not trained on, both with braces. */
  dataset: string;
  /** Folder of the demo's backbones. */
  backbones: string;
  steps: number;
  /** 1: gradients are averaged in every step. */
  localSteps: number;
  compression: GradientCompression;
  /** The outer optimizer; default: that of the run file's defaults (the paper's). */
  outer?: { outerLearningRate: number; outerMomentum: number };
}

export interface DilocoResult {
  /** Mean over the last tenth of the steps, of all trainers. */
  trainingLoss: number;
  /** Of the model that comes out, on samples of other steps. */
  loss: number;
  /** That a trainer sends, per step. */
  bytes: number;
}

const LENGTH_MULTIPLE = 16;
/** Batches that the model is judged by. */
const TEST_BATCHES = 8;

const listener = await CollectiveListener.listen();
await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });

serveRank<DilocoSetup, 'train'>(listener, async (setup) => {
  const { rank, addresses, dataset, backbones, steps, localSteps, compression, outer } = setup;
  const run = await demoRun();
  const { backbones: _, ...choices } = run.model;
  const model = await newFromBackbones(backbones, { ...choices, seed: run.seed });
  const { config } = model;
  const stage = run.stages[0];
  const world = addresses.length;
  // As between hosts.
  const group = await ProcessGroup.join({
    groupId: 'diloco',
    generation: 1,
    rank,
    world,
    addresses,
    listener,
    sockets: 'tcp',
    timeoutMs: 3_600_000,
  });
  const settings = {
    ...stageSettings(run, 1),
    totalSteps: steps,
    localSteps,
    gradientCompression: compression,
    ...outer,
  };
  const trainer = await StageTrainer.create({
    config,
    params: model.params,
    settings,
    collective: group,
    sites: { site: soloCollective, between: group },
  });

  const processor = imageProcessor(config, model.preprocessor);
  const prepared = async (sample: Sample): Promise<TrainingSample> => {
    const { caption } = JSON.parse(Buffer.from(sample.files['json']!).toString()) as { caption: string };
    const text = captionSample(model.tokenizer!, { template: stage.captionTemplate, caption });
    const image = await decodeImage(sample.files['png']!, sample.key);
    const pictures = [preparePicture(config, image, processor, { maxPartition: 1 })];
    return { ...expandPictures(text, pictures), pixels: pictures.flatMap(({ pixels }) => pixels) };
  };
  const batch = async (lanes: LaneGroup): Promise<TrainingBatch[]> => {
    const samples = await Promise.all((await lanes.nextBatch(stage.batchSize)).map(prepared));
    return buildStepBatches(samples, config, {
      maxLength: run.model.multimodalMaxLength,
      lengthMultiple: LENGTH_MULTIPLE,
      microBatches: 1,
      shards: 1,
      packing: 'none',
      lossNormalization: 'tokens',
    })[0]!;
  };
  const open = (seed: number, ranks: { rank: number; world: number }) =>
    LaneGroup.open({
      shards: expandBraces(dataset),
      lanes: run.data.lanes,
      seed,
      shuffleBuffer: 512,
      ...ranks,
    });

  return async (): Promise<DilocoResult> => {
    const lanes = await open(run.seed, { rank, world });
    const sent = group.stats.bytesSent;
    let trainingLoss = 0;
    const counted = Math.ceil(steps / 10);
    for (let step = 0; step < steps; step++) {
      const shards = await batch(lanes);
      const { loss } = await trainer.step([shards]);
      disposeMicroBatch(shards);
      if (step >= steps - counted) trainingLoss += loss / counted;
    }
    lanes.close();
    const bytes = (group.stats.bytesSent - sent) / steps;
    const params = trainer.params;
    const test = compile((shards: readonly TrainingBatch[]) => {
      const { lossSum, tokens } = ovisLoss(config, params, shards[0]!);
      return [lossSum, tokens];
    });
    const others = await open(run.seed + 1, { rank: 0, world: 1 });
    let [sum, count] = [0, 0];
    for (let i = 0; i < TEST_BATCHES; i++) {
      const shards = await batch(others);
      const [lossSum, tokens] = await test(shards);
      sum += lossSum!.dataSync()[0]!;
      count += tokens!.dataSync()[0]!;
      tf.dispose([lossSum!, tokens!]);
      disposeMicroBatch(shards);
    }
    others.close();
    return { trainingLoss, loss: sum / count, bytes };
  };
});
