import type { StageNumber } from '@ovis/config';
import type { CheckpointRef, ResumePoint } from './types.ts';

/** The run cannot be resumed the way it was asked. */
export class ResumeError extends Error {
  readonly code = 'CANNOT_RESUME';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'ResumeError';
    this.hint = hint;
  }
}

export interface ResumeChoice {
  /** That stage from its beginning, on the end of the stage before. */
  stage?: StageNumber;
  /** From this checkpoint (its URL, or the last part of it), and not from the last one. */
  from?: string;
}

/**
 * Where to go on, given the complete checkpoints of a run with the last saved one last. Without a choice: from the last one.
 * @throws ResumeError when the stage before has no end, or there is no such checkpoint
 */
export function resumePoint(checkpoints: readonly CheckpointRef[], choice: ResumeChoice = {}): ResumePoint {
  const { stage, from } = choice;
  if (from !== undefined) return pointFrom(checkpoints, from, stage);
  if (stage !== undefined) return restartOf(checkpoints, stage);
  return pointAfter(checkpoints.at(-1));
}

function pointFrom(
  checkpoints: readonly CheckpointRef[],
  from: string,
  stage: StageNumber | undefined,
): ResumePoint {
  const id = from.replace(/\/+$/, '');
  const found = checkpoints.find(({ url }) => url === id || url.endsWith(`/${id}`));
  const names = checkpoints.map(({ url }) => url.split('/').at(-1)).join(', ');
  if (found === undefined) {
    throw new ResumeError(
      `there is no checkpoint '${from}' (found: ${names || 'none'})`,
      'Give one of those.',
    );
  }
  const point = pointAfter(found);
  if (stage !== undefined && stage !== point.stage) {
    throw new ResumeError(
      `from checkpoint '${from}' stage ${point.stage} goes on, not stage ${stage}`,
      'Give a checkpoint of that stage, or the end of the stage before it.',
    );
  }
  // What was saved behind it does not count.
  return found === checkpoints.at(-1) ? point : { ...point, repeat: true };
}

function pointAfter(last: CheckpointRef | undefined): ResumePoint {
  if (last === undefined) return { stage: 1, checkpointUrl: '', initial: true, step: 0 };
  if (!last.complete) return { stage: last.stage, checkpointUrl: last.url, initial: false, step: last.step };
  const next = last.stage + 1;
  return {
    stage: next === 2 || next === 3 ? next : 'evaluation',
    checkpointUrl: last.url,
    initial: true,
    step: 0,
  };
}

function restartOf(checkpoints: readonly CheckpointRef[], stage: StageNumber): ResumePoint {
  if (stage === 1) return { stage, checkpointUrl: '', initial: true, step: 0, repeat: true };
  const before = checkpoints.findLast((checkpoint) => checkpoint.complete && checkpoint.stage === stage - 1);
  if (before === undefined) {
    const found = checkpoints
      .map((checkpoint) => `stage ${checkpoint.stage} step ${checkpoint.step}`)
      .join(', ');
    throw new ResumeError(
      `stage ${stage} cannot start: stage ${stage - 1} has no final checkpoint (found: ${found || 'none'})`,
      'Resume without --stage to go on from the last checkpoint.',
    );
  }
  return { stage, checkpointUrl: before.url, initial: true, step: 0, repeat: true };
}

/** One line for people: what a resumed run restores and where it goes on. */
export function describeResume(point: ResumePoint): string {
  if (point.stage === 'evaluation') return `all stages are complete; evaluates ${point.checkpointUrl}`;
  if (point.checkpointUrl === '')
    return `no checkpoint: starts stage ${point.stage} from the pre-trained backbones`;
  return point.initial
    ? `restores the weights of ${point.checkpointUrl} and starts stage ${point.stage} at step 0`
    : `restores weights, optimizer, schedule, random state and data cursor of ${point.checkpointUrl} and goes on in stage ${point.stage} after step ${point.step}`;
}
