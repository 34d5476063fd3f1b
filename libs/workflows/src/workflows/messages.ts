import {
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import { progressQueryName, reportSignalName } from '../names.ts';
import type { RunProgress, RunReport } from '../progress.ts';

export const progressQuery = defineQuery<RunProgress>(progressQueryName);
export const reportSignal = defineSignal<[RunReport]>(reportSignalName);

/** Tells the run's workflow what a stage does. A parent that is gone is no reason to stop the stage. */
export async function reportToParent(report: RunReport): Promise<void> {
  const parent = workflowInfo().parent;
  if (parent === undefined) return;
  try {
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(reportSignal, report);
  } catch (error) {
    log.warn('the run did not take a report', { error: String(error) });
  }
}
