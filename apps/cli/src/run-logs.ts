import type { ObjectStorage } from '@ovis/storage';

/** A chunk of log lines in `<storage>/<run>/logs/TRAINER/TIME-sSTAGE-gGENERATION-rRANK.jsonl`. */
export interface LogChunk {
  key: string;
  trainerId: string;
  /** When its first line was written, ms since the epoch. */
  firstMs: number;
  stage: number;
  generation: number;
  rank: number;
}

export interface LogFilter {
  rank?: number;
  stage?: number;
  trainer?: string;
  /** Milliseconds since the epoch. */
  since?: number;
}

export interface LogLine {
  atMs: number;
  /** As the trainer wrote it. */
  json: string;
  chunk: LogChunk;
}

/** A chunk may go on for so long behind its first line. */
const chunkMs = 60_000;

/** Chunks that may have lines that are wanted, in the order of their first lines. */
export async function listLogChunks(
  storage: ObjectStorage,
  runId: string,
  filter: LogFilter,
): Promise<LogChunk[]> {
  const prefix = `${runId}/logs/`;
  const chunks: LogChunk[] = [];
  for await (const { key } of storage.list(prefix)) {
    const chunk = parseKey(key, prefix);
    if (chunk !== undefined && wanted(chunk, filter)) chunks.push(chunk);
  }
  return chunks.sort((a, b) => a.firstMs - b.firstMs || a.rank - b.rank);
}

/** Lines of chunks, in order of their time. */
export async function readLogLines(
  storage: ObjectStorage,
  chunks: readonly LogChunk[],
  filter: LogFilter,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const chunk of chunks) {
    const text = Buffer.from(await storage.get(chunk.key)).toString('utf8');
    for (const json of text.split('\n')) {
      if (json === '') continue;
      const atMs = timeOf(json) ?? chunk.firstMs;
      if (atMs >= (filter.since ?? 0)) lines.push({ atMs, json, chunk });
    }
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}

function parseKey(key: string, prefix: string): LogChunk | undefined {
  const match = /^([^/]+)\/(\d+)-s(\d+)-g(\d+)-r(\d+)\.jsonl$/.exec(key.slice(prefix.length));
  if (match === null) return undefined;
  const [, trainerId = '', ...numbers] = match;
  const [firstMs = 0, stage = 0, generation = 0, rank = 0] = numbers.map(Number);
  return { key, trainerId, firstMs, stage, generation, rank };
}

function wanted(chunk: LogChunk, { rank, stage, trainer, since = 0 }: LogFilter): boolean {
  if (rank !== undefined && chunk.rank !== rank) return false;
  if (stage !== undefined && chunk.stage !== stage) return false;
  if (trainer !== undefined && chunk.trainerId !== trainer) return false;
  return chunk.firstMs + chunkMs >= since;
}

function timeOf(json: string): number | undefined {
  try {
    const { time } = JSON.parse(json) as { time?: string };
    const atMs = Date.parse(time ?? '');
    return Number.isNaN(atMs) ? undefined : atMs;
  } catch {
    return undefined;
  }
}
