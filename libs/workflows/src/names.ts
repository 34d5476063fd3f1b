/** Names that the controller, the CLI and the workflows agree on. */
export const taskQueue = 'ovis';
export const trainWorkflow = 'trainOvis';
export const progressQueryName = 'progress';
export const reportSignalName = 'report';

/** Workflow id of a stage's child workflow. */
export function stageWorkflowId(runId: string, stage: number): string {
  return `${runId}/stage-${stage}`;
}
