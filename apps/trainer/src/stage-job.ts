import { ProcessGroup, type CollectiveListener } from '@ovis/allreduce';
import type { RunConfig, StageConfig } from '@ovis/config';
import { countImages, mergeLayout } from '@ovis/model';
import { StagePhase, type RunStageRequest, type StageEventInput } from '@ovis/protocol';
import { buildStepBatches, runStage, stageSettings, StageTrainer, type StageBatch } from '@ovis/training';
import { deviceHasBfloat16 } from '@ovis/tensorflow';
import type { LaneCursor } from '@ovis/webdataset';
import type { Logger } from '@ovis/telemetry';
import { asFloats, baseOf, loadStart } from './checkpoints/load-start.ts';
import { StageCheckpoints } from './checkpoints/stage-checkpoints.ts';
import { readBatches, type PrepareOptions, type StepSamples } from './data/batches.ts';
import { HeldOutSamples } from './data/held-out.ts';
import { SampleAudit } from './data/sample-audit.ts';
import { picturePreparer } from './data/pictures.ts';
import { createSampleEncoder } from './data/sample-encoder.ts';
import { errorFacts } from './errors.ts';
import { disposeStage, type HeldMemory } from './hand-over/held-memory.ts';
import { SharedCursors } from './hand-over/shared-cursors.ts';
import { startStage, type StartPoint } from './hand-over/start-stage.ts';
import { globalOrder } from './global-order.ts';
import { rollBack } from './roll-back.ts';
import { joinSites, type Sites, type StageGroups } from './sites.ts';
import { tellHeldOut, tellWhatIsSeen } from './stage-watch.ts';
import { votes } from './votes.ts';

type Batches = AsyncGenerator<StageBatch<LaneCursor[]>, void>;
type Emit = (event: StageEventInput) => void;

export interface StageJobOptions {
  request: RunStageRequest;
  listener: CollectiveListener;
  /** Whether a GPU computes: one stream, for which micro-batches are not cut into shards. */
  gpu: boolean;
  emit: Emit;
  /** Asked before every step: true stops the whole gang behind that step, with a checkpoint. */
  shouldStop: () => boolean;
  /** When it is to stop: whether a checkpoint is wanted. Without one on any rank, the stage is only held in memory. */
  wantsCheckpoint: () => boolean;
  /** Where a stage stays whose gang has ended, for the next generation. */
  held: HeldMemory;
  onGroup: (group: StageGroups) => void;
  /** Changes what the stage trains on: for specs that spoil it. */
  through?: (batches: Batches) => Batches;
  /** Ends the wait for the peers: a newer generation begins. */
  signal?: AbortSignal;
  log: Logger;
}

export interface StageJobResult {
  /** `held`: stopped without a checkpoint. */
  reason: 'finished' | 'stopped' | 'held';
  checkpointUrl: string;
}

/** Runs one stage as one rank of a gang, from loading to the last checkpoint. */
export async function runStageJob(o: StageJobOptions): Promise<StageJobResult> {
  const { request, emit } = o;
  const run = JSON.parse(request.runConfigJson) as RunConfig;
  const stage = run.stages.find((s) => s.stage === request.stage) as StageConfig;
  const { gangId, generation, runConfigJson: configJson } = request;
  const kept = o.held.take({ gangId, stage: request.stage, configJson });
  emit({ phase: { phase: StagePhase.LOADING, detail: request.checkpointUrl || run.model.backbones } });
  // Nobody can hold anything for the first generation: its ranks load before they wait for each other.
  const loaded = generation === 1 ? await loadStart(o, run) : undefined;
  const joining = ProcessGroup.join({
    groupId: gangId,
    generation,
    rank: request.rank,
    world: request.world,
    addresses: request.collectiveAddresses,
    listener: o.listener,
  });
  const group = await unlessAborted(joining, o.signal).catch((error: unknown) => {
    if (kept) o.held.put(kept);
    throw error;
  });
  let sites: Sites | undefined;
  o.onGroup({
    abort(reason) {
      group.abort(reason);
      sites?.abort(reason);
    },
    get flightRecord() {
      return group.flightRecord;
    },
  });
  let start: StartPoint | undefined;
  let trainer: StageTrainer | undefined;
  let cursors: SharedCursors | undefined;
  let checkpoints: StageCheckpoints | undefined;
  let heldOut: HeldOutSamples | undefined;
  let holds = false;
  /** The stage stays here for the next generation of its gang. */
  const hold = () => {
    if (!trainer?.isComplete || !start || trainer.stepsDone === 0) return;
    const { runId, stage } = request;
    const bytes = 12 * trainer.trainedSize;
    o.held.put({
      runId,
      gangId,
      stage,
      configJson,
      trainer,
      model: start.model,
      cursors: cursors?.all,
      bytes,
    });
    holds = true;
  };
  try {
    const load = () => loadStart(o, run);
    start = loaded ?? (await startStage({ request, group, kept, held: o.held, load, log: o.log }));
    sites = await joinSites(run.gang, request, group, o.listener);
    // Again after going back to a checkpoint.
    for (;;) {
      const { model } = start;
      trainer = start.trainer;
      const settings = stageSettings(run, stage.stage);
      if (settings.precision === 'bf16' && !deviceHasBfloat16())
        o.log.warn(`stage ${stage.stage}: this device has no bf16; its products are computed in fp32`);
      const created =
        start.trainer ??
        (await StageTrainer.create({
          config: model.config,
          params: model.params,
          settings,
          collective: group,
          sites,
          state: start.state,
          monitors: start.monitors,
          acceptChanges: request.acceptChanges,
          optimizer: start.optimizer && asFloats(start.optimizer),
        }));
      trainer = created;
      for (const note of created.notes) o.log.warn(`stage ${stage.stage}: ${note}`);
      cursors = new SharedCursors(group, start.cursors);
      const base = start.base ?? (await baseOf(o));
      checkpoints = await StageCheckpoints.create({ ...o, run, model, trainer: created, group, base });
      const saving = checkpoints;
      heldOut ??= await heldOutOf(run, stage, o, start);
      const adding = sites ? sites.inside : group;
      const shared = await adding?.shareMemory(created.sharedMemory);
      if (shared) created.placeBuffers((length) => (adding as ProcessGroup).allocate(length));
      if (sites) o.log.info(`${sites.count} sites average their weights every ${settings.localSteps} steps`);
      else if (request.world > 1)
        o.log.info(`gradients go through ${shared ? 'memory that the trainers share' : 'sockets'}`);
      // The trainer has copied these: weights and moments should not be here twice for hours.
      for (const name of created.trained) model.params[name]?.dispose();
      start.optimizer = undefined;
      const fromStep = created.stepsDone;
      emit({
        started: {
          stepsTotal: settings.totalSteps,
          firstStep: fromStep,
          trainableParams: created.trainedSize,
          source: start.source,
          sourceDetail: start.detail,
        },
      });
      emit({ phase: { phase: StagePhase.COMPILING, detail: `${created.trained.length} trained tensors` } });
      const audit = SampleAudit.ofEnvironment(request);
      let saved = '';
      let savedStep = -1;
      let training = false;
      let loss: number | undefined;
      const batches = stageBatches(run, stage, o, { start, fromStep, audit });
      const result = await runStage<LaneCursor[]>({
        trainer: audit ? audit.beside(cursors.beside(created)) : cursors.beside(created),
        batches: cursors.remember(o.through?.(batches) ?? batches),
        fromStep,
        totalSteps: settings.totalSteps,
        checkpointEvery: stage.checkpointEvery,
        shouldStop: o.shouldStop,
        onStep: async (report) => {
          if (!training) emit({ phase: { phase: StagePhase.TRAINING, detail: '' } });
          training = true;
          tellWhatIsSeen(stage.stage, report, o);
          if (!report.bad) loss = report.loss;
          const images = stage.batchSize;
          emit({
            step: {
              step: report.step,
              loss: report.loss,
              gradNorm: report.gradNorm,
              lr: report.learningRate,
              images,
              tokens: report.tokens,
              imagesPerS: (images * 1000) / report.totalMs,
              computeMs: report.computeMs,
              communicateMs: report.communicateMs,
              dataMs: report.dataMs,
            },
          });
          if (heldOut?.due(report.step) && !report.bad)
            tellHeldOut(stage.stage, await heldOut.evaluate(created), o);
        },
        onCheckpoint: async ({ reason, step, cursor = [] }) => {
          // What a trainer cannot hold for the next generation has to be saved.
          const wanted = o.wantsCheckpoint() || !created.isComplete;
          if (reason === 'stopped' && !(await votes(group, wanted, 'checkpoint wanted')).some(Boolean))
            return false;
          training = false;
          if (reason === 'interval' && !(await saving.isReady(step))) return false;
          await saving.save({ step, loss, cursors: cursor });
          savedStep = step;
          // The training goes on while it is written, but a stage ends with its last checkpoint.
          if (reason !== 'interval') saved = await saving.finish();
          return true;
        },
      });
      if (result.reason === 'rollback') {
        const stale = { start, trainer: created, checkpoints: saving, cursors: cursors.all };
        trainer = checkpoints = undefined;
        start = await rollBack({ ...stale, request, run, group, log: o.log });
        continue;
      }
      await group.barrier();
      if (result.reason === 'finished') {
        emit({ done: { checkpointUrl: saved, steps: result.step, finalLoss: result.loss ?? 0 } });
        return { reason: 'finished', checkpointUrl: saved };
      }
      // It stopped where it had just saved: that may still be under way.
      if (saved === '' && savedStep === result.step) saved = await saving.finish();
      hold();
      return { reason: saved === '' ? 'held' : 'stopped', checkpointUrl: saved };
    }
  } catch (error) {
    // After a lost peer the weights are as good as before: the next generation goes on with them.
    if (errorFacts(error).retryable) hold();
    throw error;
  } finally {
    await checkpoints?.close();
    await sites?.close();
    await group.close();
    // This process goes on, and the next stage needs the memory.
    if (!holds && (start ?? loaded)) disposeStage(trainer, ((start ?? loaded) as StartPoint).model);
  }
}

/** The group, unless this trainer is wanted elsewhere first: then the group is left as soon as it stands. */
async function unlessAborted(
  joining: Promise<ProcessGroup>,
  signal: AbortSignal | undefined,
): Promise<ProcessGroup> {
  if (signal === undefined) return joining;
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([joining, aborted]);
  } catch (error) {
    joining.then(
      (group) => group.close(),
      () => {},
    );
    throw error;
  }
}

/** How the stage's samples become ids and pixels. */
function prepareOptions(run: RunConfig, stage: StageConfig, { model }: StartPoint): PrepareOptions {
  const layout = mergeLayout(model.config);
  const { generation } = model.config;
  return {
    seed: run.seed + stage.stage,
    augmentShift: run.data.augmentShift,
    encode: createSampleEncoder(
      model.tokenizer,
      model.formatter,
      stage.format === 'caption'
        ? { format: 'caption', template: stage.captionTemplate, generation }
        : { format: 'conversation' },
    ),
    preprocess: picturePreparer(model, run.data.maxPartition),
    textMaxLength: run.data.textMaxLength,
    countImages: (ids) => countImages(ids, layout),
  };
}

/** This rank's part of the stage's held-out samples, if the run file names any. */
function heldOutOf(
  run: RunConfig,
  stage: StageConfig,
  { request, gpu }: Pick<StageJobOptions, 'request' | 'gpu'>,
  start: StartPoint,
): Promise<HeldOutSamples | undefined> {
  const { rank, world } = request;
  const { config } = start.model;
  const shards = gpu ? 1 : run.gang.batchShards;
  return HeldOutSamples.read({
    run,
    stage,
    rank,
    world,
    config,
    shards,
    prepare: prepareOptions(run, stage, start),
  });
}

/** What the stage trains on, step by step, from `fromStep` on. */
export async function* stageBatches(
  run: RunConfig,
  stage: StageConfig,
  { request, gpu }: Pick<StageJobOptions, 'request' | 'gpu'>,
  { start, fromStep, audit }: { start: StartPoint; fromStep: number; audit?: SampleAudit },
): AsyncGenerator<StageBatch<LaneCursor[]>, void> {
  const { config } = start.model;
  const samples: AsyncGenerator<StepSamples, void> = readBatches({
    dataset: stage.dataset,
    rank: request.rank,
    world: request.world,
    lanes: run.data.lanes,
    batchSize: stage.batchSize,
    accumulation: stage.accumulation,
    shuffleBuffer: run.data.shuffleBuffer,
    fromStep,
    ...prepareOptions(run, stage, start),
    cursors: start.cursors,
  });
  const { rank, world } = request;
  const { accumulation, packing, lossNormalization } = stage;
  const orders = globalOrder({
    rank,
    world,
    lanes: run.data.lanes,
    batchSize: stage.batchSize,
    accumulation,
  });
  for await (const { microBatches, keys, cursors } of samples) {
    const numbered = microBatches.flat().map((sample, i) => ({ ...sample, order: orders[i] }));
    const built = buildStepBatches(numbered, config, {
      maxLength: run.model.multimodalMaxLength,
      lengthMultiple: 16,
      microBatches: accumulation,
      shards: gpu ? 1 : run.gang.batchShards,
      packing,
      lossNormalization,
    });
    audit?.remember(built, keys);
    yield {
      microBatches: built,
      images: stage.batchSize / request.world,
      cursor: cursors,
    };
  }
}
