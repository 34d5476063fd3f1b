import {
  answerSheet,
  lossCurves,
  parsePredictions,
  scorePredictions,
  scoreTable,
  type Prediction,
  type RunScore,
  type SheetItem,
} from '@ovis/evaluation';
import type { StageHeldOut, StageStatistics, StageWarning } from '@ovis/protocol';
import { expandBraces, readUrl } from '@ovis/storage';
import { readShard } from '@ovis/webdataset';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STAGE_NAMES, type RunState } from '../follow/run-state.ts';

export interface ReportInput {
  runId: string;
  /** URL of the evaluation's predictions (JSON lines). */
  predictionsUrl: string;
  /** Shard pattern of the held-out set, for the pictures. */
  dataset: string;
  checkpointUrl: string;
  state: RunState;
  /** Folder that receives the pictures and the result. */
  folder: string;
  env: NodeJS.ProcessEnv;
  facts: Record<string, unknown>;
}

/** What `--json FILE` writes. */
export interface DemoResult {
  runId: string;
  accuracy: RunScore['accuracy'];
  overlap: RunScore['overlap'];
  stages: {
    stage: number;
    name: string;
    steps: number;
    seconds: number;
    firstLoss?: number;
    finalLoss?: number;
    imagesPerSecond?: number;
    computeMs: number;
    communicateMs: number;
    dataMs: number;
    /** The last look at the visual tokens, losses on held-out samples, and what went wrong. */
    tokens?: StageStatistics;
    heldOut: StageHeldOut[];
    warnings: StageWarning[];
  }[];
  paths: {
    sheet: string;
    curves: string;
    predictions: string;
    result: string;
    checkpoint: string;
    logs?: string;
  };
  [fact: string]: unknown;
}

/** Scores the predictions, draws the sheet and the curves, and writes them with `result.json` into the folder. */
export async function writeReport(o: ReportInput): Promise<{ result: DemoResult; table: string }> {
  const predictions = parsePredictions(Buffer.from(await readUrl(o.predictionsUrl, o.env)).toString('utf8'));
  const score = scorePredictions(predictions);
  await mkdir(o.folder, { recursive: true });
  const path = (name: string) => join(o.folder, name);
  const items = await sheetItems(predictions, score, o);
  await writeFile(
    path('answers.png'),
    await answerSheet({ items, title: `${o.runId}: drawings of an artist never seen in training` }),
  );
  const curves = [...o.state.stages.values()].map((stage) => ({
    name: `stage ${stage.stage} ${STAGE_NAMES[stage.stage]}`,
    points: stage.points,
  }));
  await writeFile(path('loss.png'), await lossCurves({ stages: curves }));
  await writeFile(path('predictions.jsonl'), predictions.map((line) => JSON.stringify(line)).join('\n'));
  const result: DemoResult = {
    runId: o.runId,
    accuracy: score.accuracy,
    overlap: score.overlap,
    stages: [...o.state.stages.values()].map((stage) => ({
      stage: stage.stage,
      name: STAGE_NAMES[stage.stage] ?? '',
      steps: stage.steps,
      seconds: stage.seconds,
      firstLoss: stage.points[0]?.loss,
      finalLoss: stage.loss,
      imagesPerSecond: stage.imagesPerSecond,
      computeMs: stage.computeMs,
      communicateMs: stage.communicateMs,
      dataMs: stage.dataMs,
      tokens: stage.tokens,
      heldOut: stage.heldOut,
      warnings: stage.warnings,
    })),
    paths: {
      sheet: path('answers.png'),
      curves: path('loss.png'),
      predictions: path('predictions.jsonl'),
      result: path('result.json'),
      checkpoint: o.checkpointUrl,
    },
    ...o.facts,
  };
  await writeFile(result.paths.result, `${JSON.stringify(result, null, 2)}\n`);
  return { result, table: scoreTable(score) };
}

/** The first questions of each type in turn: not chosen by how well they were answered. */
async function sheetItems(predictions: Prediction[], score: RunScore, o: ReportInput): Promise<SheetItem[]> {
  const types = [...new Set(predictions.map(({ type }) => type))].sort();
  const chosen = types.flatMap((type) =>
    predictions
      .map((prediction, at) => ({ prediction, at }))
      .filter(({ prediction }) => prediction.type === type)
      .slice(0, 12),
  );
  const wanted = new Set(chosen.map(({ prediction }) => prediction.key));
  const pictures = new Map<string, Uint8Array>();
  for (const shard of expandBraces(o.dataset)) {
    for await (const samples of readShard(shard, { env: o.env }).batches)
      for (const sample of samples)
        if (wanted.has(sample.key)) pictures.set(sample.key, sample.files['png'] as Uint8Array);
  }
  return chosen.map(({ prediction, at }) => ({
    png: pictures.get(prediction.key) as Uint8Array,
    question: prediction.question.replace('<image>', '').trim(),
    answer: prediction.answer,
    prediction: prediction.prediction,
    correct: score.correct[at] as boolean,
  }));
}
