import { openStorage, readUrl } from '@ovis/storage';
import { trainerClient, type EvaluateProgress } from '@ovis/protocol';
import type { EvaluateInput, GangMember } from '@ovis/workflows';
import { DriveFailure, reportedFailure, trainerLost } from '../drive/drive-failure.ts';
import type { RunFeed } from '../fleet/run-feed.ts';

export interface EvaluateContext {
  feed: RunFeed;
  heartbeat: (details: { done: number; total: number }) => void;
  heartbeatMs: number;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
}

/**
 * Every trainer answers its part of the questions and writes its predictions; this puts them together.
 * Writes `<storage>/<run>/evaluation/predictions.jsonl` (in the order of the questions) and `result.json` (accuracy per type
 * beside its baselines).
 */
export async function evaluateRun(input: EvaluateInput, o: EvaluateContext): Promise<{ resultUrl: string }> {
  const { gang, runId, config, checkpointUrl } = input;
  const folder = `${config.storage.replace(/\/+$/, '')}/${runId}/evaluation`;
  const progress = new Map<number, EvaluateProgress>();
  const beating = setInterval(() => o.heartbeat(sumOf(progress)), o.heartbeatMs);
  const abort = new AbortController();
  const stop = () => abort.abort();
  o.signal.addEventListener('abort', stop, { once: true });
  try {
    const parts = await Promise.all(
      gang.trainers.map((member) =>
        evaluateOn(member, input, { ...o, signal: abort.signal, folder, progress }),
      ),
    );
    const storage = openStorage(folder, o.env);
    const texts = await Promise.all(
      parts.map(async (url) => Buffer.from(await readUrl(url, o.env)).toString('utf8')),
    );
    // Loaded here: it brings an image library, which nothing else in the controller needs.
    const { parsePredictions, scorePredictions } = await import('@ovis/evaluation');
    const predictions = parsePredictions(...texts);
    const lines = predictions.map((prediction) => JSON.stringify(prediction));
    await storage.put('predictions.jsonl', `${lines.join('\n')}\n`, { contentType: 'application/jsonl' });
    const { correct: _, ...scores } =
      predictions.length > 0 ? scorePredictions(predictions) : { correct: [] };
    const result = {
      runId,
      checkpointUrl,
      questions: predictions.length,
      predictions: `${folder}/predictions.jsonl`,
      ...scores,
    };
    await storage.put('result.json', `${JSON.stringify(result, null, 2)}\n`, {
      contentType: 'application/json',
    });
    return { resultUrl: `${folder}/result.json` };
  } finally {
    clearInterval(beating);
    o.signal.removeEventListener('abort', stop);
    abort.abort();
  }
}

async function evaluateOn(
  member: GangMember,
  input: EvaluateInput,
  o: EvaluateContext & { folder: string; progress: Map<number, EvaluateProgress> },
): Promise<string> {
  const { gang, runId, config, checkpointUrl } = input;
  const { rank } = member;
  const world = gang.trainers.length;
  const client = trainerClient(member.grpcAddress);
  try {
    const events = client.evaluate(
      {
        runId,
        gangId: gang.gangId,
        rank,
        world,
        runConfigJson: JSON.stringify(config),
        checkpointUrl,
        blankImage: true,
        outputUrl: `${o.folder}/predictions-rank${rank}-of-${world}.jsonl`,
      },
      { signal: o.signal },
    );
    for await (const event of events) {
      o.feed.publish({ runId, trainerId: member.trainerId, rank, evaluate: event });
      if (event.event === 'progress') o.progress.set(rank, event.progress);
      if (event.event === 'done') return event.done.predictionsUrl;
      if (event.event === 'failed') throw reportedFailure(gang, member, event.failed);
    }
    throw trainerLost(member, 'it ended the evaluation without a result');
  } catch (error) {
    if (error instanceof DriveFailure || o.signal.aborted) throw error;
    throw trainerLost(member, error instanceof Error ? error.message : String(error));
  } finally {
    client.close();
  }
}

function sumOf(progress: Map<number, EvaluateProgress>): { done: number; total: number } {
  const all = [...progress.values()];
  return { done: all.reduce((sum, p) => sum + p.done, 0), total: all.reduce((sum, p) => sum + p.total, 0) };
}
