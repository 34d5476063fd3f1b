/** Names that the controller, the CLI and the workflows agree on. */
export const taskQueue = 'ovis';
export const trainWorkflow = 'trainOvis';
export const stageWorkflow = 'runStage';
/** Query of a run (RunProgress) and of a stage (RunReport: what it last heard). */
export const progressQueryName = 'progress';
/** Signal to a stage from the activity that drives it, and to a run from its stage. */
export const reportSignalName = 'report';
/** Signals to a run: checkpoint, give the trainers back and wait; go on. */
export const pauseSignalName = 'pause';
export const goOnSignalName = 'goOn';

/** Workflow id of a stage's child workflow. */
export function stageWorkflowId(runId: string, stage: number): string {
  return `${runId}/stage-${stage}`;
}
