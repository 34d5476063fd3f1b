import { joinUrl, openStorage } from '@ovis/storage';
import type { WatchedJob } from './messages.ts';

/** What is known of a main thread that does not answer. */
export interface BlockedReport {
  /** ISO 8601. */
  time: string;
  trainerId: string;
  silentMs: number;
  stack: string;
}

/** Puts it beside the results of the run: `<storage>/<run>/reports/`. */
export async function writeReport(job: WatchedJob, report: BlockedReport): Promise<void> {
  const { storage, ...work } = job;
  const reports = openStorage(joinUrl(storage, `${work.runId}/reports`));
  const key = `stage${work.stage}-generation${work.generation}-rank${work.rank}-blocked.json`;
  const content = `${JSON.stringify({ ...report, ...work }, null, 2)}\n`;
  await reports.put(key, content, { contentType: 'application/json' });
}
