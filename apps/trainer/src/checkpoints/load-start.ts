import { toFloat32, useCheckpoint, type CheckpointReader, type HostTensors } from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import { StageSource, type RunStageRequest } from '@ovis/protocol';
import { openStorage, splitUrl } from '@ovis/storage';
import type { Logger } from '@ovis/telemetry';
import type { LaneCursor } from '@ovis/webdataset';
import { TrainerError } from '../errors.ts';
import type { StartPoint } from '../hand-over/start-stage.ts';
import { modelFromBackbones, readModel } from '../model-files.ts';
import type { SavedState } from './stage-checkpoints.ts';

/**
 * What a stage begins or goes on with: the backbones, or the checkpoint that the request names (the one before it where it is damaged,
 * with a warning). Every byte is checked as it is read.
 */
export async function loadStart(
  { request, log }: { request: RunStageRequest; log: Logger },
  run: RunConfig,
): Promise<StartPoint> {
  if (!request.checkpointUrl) {
    const model = await modelFromBackbones(run);
    return { model, source: StageSource.BACKBONES, detail: run.model.backbones };
  }
  const { base, key: id } = splitUrl(request.checkpointUrl);
  const onWarning = (message: string): void => log.warn(message);
  return useCheckpoint(openStorage(base), '', id, (reader) => startFrom(reader, request), { onWarning });
}

async function startFrom(reader: CheckpointReader, request: RunStageRequest): Promise<StartPoint> {
  const { state } = reader;
  const came = { source: StageSource.CHECKPOINT, detail: request.checkpointUrl, base: reader };
  const atEndOfStageBefore = state.stage === request.stage - 1 && state.step === state.totalSteps;
  if (request.initial || atEndOfStageBefore) return { model: await readModel(reader), ...came };
  const { trainer } = state.rng as SavedState;
  if (state.stage !== request.stage || !trainer)
    throw new TrainerError(
      'BAD_CHECKPOINT',
      `${request.checkpointUrl} holds stage ${state.stage} step ${state.step}; stage ${request.stage} cannot go on inside it`,
      `Run 'ovis resume ${request.runId} --stage ${state.stage}'.`,
      false,
    );
  const moments = [...reader.tensors].flatMap(([name, { part }]) => (part === 'optimizer' ? [name] : []));
  const optimizer: HostTensors = await reader.readTensors(moments);
  // Last: nothing may fail while its tensors are held.
  const model = await readModel(reader);
  return { model, optimizer, state: trainer, cursors: state.cursors as LaneCursor[], ...came };
}

/** The checkpoint that a stage in memory came from, for the files that it shares with the next ones; undefined when it is of no use. */
export async function baseOf({
  request,
  log,
}: {
  request: RunStageRequest;
  log: Logger;
}): Promise<CheckpointReader | undefined> {
  if (!request.checkpointUrl) return undefined;
  const { base, key: id } = splitUrl(request.checkpointUrl);
  try {
    const parts = ['vte', 'visual_head', 'vit', 'llm'] as const;
    return await useCheckpoint(openStorage(base), '', id, (reader) => Promise.resolve(reader), {
      parts,
      fallback: false,
    });
  } catch (error) {
    log.warn(
      `${request.checkpointUrl} is written anew: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

export function asFloats(tensors: HostTensors): Record<string, { shape: number[]; data: Float32Array }> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]),
  );
}
