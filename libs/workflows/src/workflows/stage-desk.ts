import {
  CancellationScope,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunReport } from '../progress.ts';
import { reportSignal, stageProgressQuery } from './messages.ts';

/** The first reports of an execution all reach the run; later ones seldom, so that its history stays short over weeks. */
const freeReports = 200;
const laterEveryMs = 10 * 60_000;

/**
 * What is known of a stage: answers its query, and tells the run. The run's own answer may lag behind that of its stage, never the
 * other way round.
 */
export class StageDesk {
  readonly #known: RunReport;
  #sent = 0;
  #last = -Infinity;
  #status: RunReport['status'];

  constructor(stage: RunReport['stage']) {
    this.#known = { stage };
    setHandler(stageProgressQuery, () => this.#known);
    setHandler(reportSignal, (report) => {
      // Late words of a gang that is over.
      if (report.generation !== undefined && report.generation < (this.#known.generation ?? 0)) return;
      this.tell(report);
    });
  }

  tell(report: RunReport): void {
    Object.assign(this.#known, report);
    const news = report.status !== undefined && report.status !== this.#status;
    this.#status = report.status ?? this.#status;
    const now = Date.now();
    if (
      this.#sent >= freeReports &&
      now - this.#last < laterEveryMs &&
      !(news && this.#sent < 2 * freeReports)
    )
      return;
    this.#sent++;
    this.#last = now;
    void tellRun({ ...this.#known });
  }
}

/** A run that is gone is no reason to stop the stage. */
async function tellRun(report: RunReport): Promise<void> {
  const parent = workflowInfo().parent;
  if (parent === undefined) return;
  try {
    // The last words of a stage that is cancelled are heard, too.
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent.workflowId).signal(reportSignal, report),
    );
  } catch (error) {
    log.warn('the run did not take a report', { error: String(error) });
  }
}
