import type { RunConfig } from '@ovis/config';
import type { RunStageRequest } from '@ovis/protocol';
import { joinUrl, openStorage } from '@ovis/storage';
import { ChunkedLog, tapLog, type Logger } from '@ovis/telemetry';

/**
 * Writes what this trainer logs from now on to `<storage>/<run>/logs/`, in chunks, beside its own log.
 * @returns ends it, when everything is written
 */
export function keepRunLog(request: RunStageRequest, trainerId: string, log: Logger): () => Promise<void> {
  const { runId, stage, generation, rank } = request;
  const run = JSON.parse(request.runConfigJson) as RunConfig;
  const storage = openStorage(joinUrl(run.storage, `${runId}/logs`));
  const chunks = new ChunkedLog({
    put: async (firstMs, text) => {
      const key = `${trainerId}/${firstMs}-s${stage}-g${generation}-r${rank}.jsonl`;
      await storage.put(key, text, { contentType: 'application/jsonl' });
    },
    onProblem: (error) =>
      log.warn(
        `the log of ${runId} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      ),
  });
  const untap = tapLog((line) => chunks.add(line));
  return async () => {
    untap();
    await chunks.flush();
  };
}
