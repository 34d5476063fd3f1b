import { useCheckpoint } from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import {
  expandPictures,
  generateGreedy,
  pixelChannels,
  type OvisConfig,
  type PreparedPicture,
} from '@ovis/model';
import type { Prediction } from '@ovis/evaluation';
import type { EvaluateEventInput, EvaluateRequest } from '@ovis/protocol';
import { expandBraces, openStorage, splitUrl } from '@ovis/storage';
import { tf } from '@ovis/tensorflow';
import { IMAGE_PLACEHOLDER, type Turn } from '@ovis/text';
import { decodeImage, readShard, type Sample } from '@ovis/webdataset';
import type { RgbImage } from './data/augment.ts';
import { picturePreparer, type MaxPartition } from './data/pictures.ts';
import { imagesOf, recordOf } from './data/sample-encoder.ts';
import { aboutSample, badSample, checkPlaces, type SamplePlace } from './data/sample-errors.ts';
import { TrainerError } from './errors.ts';
import { readModel, type LoadedModel } from './model-files.ts';

interface Question extends Omit<Prediction, 'prediction' | 'blankPrediction'> {
  images: RgbImage[];
  place: SamplePlace;
}

export interface EvaluateJobOptions {
  request: EvaluateRequest;
  emit: (event: EvaluateEventInput) => void;
  /** Batches of prompts under way at the same time. */
  lanes: number;
  signal?: AbortSignal;
}

/** Prompts decoded together. */
const BATCH = 128;

/**
 * Answers this rank's share of the questions and writes the predictions as JSON lines.
 * @throws TrainerError STOPPED when `signal` aborts; nothing is written then
 */
export async function runEvaluateJob(o: EvaluateJobOptions): Promise<void> {
  const { request, emit, signal } = o;
  const run = JSON.parse(request.runConfigJson) as RunConfig;
  if (!run.evaluation)
    throw new TrainerError(
      'BAD_CONFIG',
      'the run has no evaluation section',
      'Add evaluation: to the run file.',
      false,
    );
  const { base, key: id } = splitUrl(request.checkpointUrl);
  const model = await useCheckpoint(openStorage(base), '', id, readModel, {
    parts: ['vit', 'visual_head', 'vte', 'llm'],
  });
  try {
    const questions = await readQuestions(run.evaluation, request);
    const told = (event: EvaluateEventInput) => {
      if (signal?.aborted)
        throw new TrainerError(
          'STOPPED',
          'the evaluation was asked to stop',
          `ovis resume ${request.runId}`,
          false,
        );
      emit(event);
    };
    const { maxNewTokens } = run.evaluation;
    const answer = (blank: boolean) =>
      answerAll(model, questions, {
        maxNewTokens,
        lanes: o.lanes,
        maxPartition: run.data.maxPartition,
        blank,
        emit: told,
      });
    const predictions = await answer(false);
    const blank = request.blankImage ? await answer(true) : undefined;
    const lines = questions.map(({ images: _images, place: _place, ...question }, at) =>
      JSON.stringify({
        ...question,
        prediction: predictions[at] as string,
        ...(blank ? { blankPrediction: blank[at] as string } : {}),
      } satisfies Prediction),
    );
    const out = splitUrl(request.outputUrl);
    await openStorage(out.base).put(out.key, `${lines.join('\n')}\n`, { contentType: 'application/jsonl' });
    emit({ done: { predictionsUrl: request.outputUrl, questions: questions.length } });
  } finally {
    tf.dispose(model.params);
  }
}

async function readQuestions(
  evaluation: NonNullable<RunConfig['evaluation']>,
  request: EvaluateRequest,
): Promise<Question[]> {
  const questions: Question[] = [];
  let index = 0;
  for (const shard of expandBraces(evaluation.dataset)) {
    for await (const samples of readShard(shard).batches) {
      for (const sample of samples) {
        if (evaluation.limit > 0 && index >= evaluation.limit) return questions;
        if (index % request.world === request.rank) questions.push(await readQuestion(sample, index));
        index++;
      }
    }
  }
  return questions;
}

async function readQuestion(sample: Sample, index: number): Promise<Question> {
  const record = recordOf(sample) as { conversations?: Turn[]; answer?: string; type?: string };
  const turn = record.conversations?.find(({ from }) => from === 'human');
  if (!turn || typeof record.answer !== 'string')
    throw badSample(
      sample,
      'has no question with an "answer"',
      'Each evaluation sample needs "conversations" with a human turn, and "answer".',
    );
  const pictures = imagesOf(sample);
  checkPlaces(sample, turn.value.split(IMAGE_PLACEHOLDER).length - 1, pictures.length);
  return {
    index,
    key: sample.key,
    type: record.type ?? 'all',
    question: turn.value,
    answer: record.answer,
    place: { key: sample.key, shard: sample.shard },
    images: await Promise.all(
      pictures.map((bytes) => decodeImage(bytes, `the picture of sample '${sample.key}' in ${sample.shard}`)),
    ),
  };
}

interface AnswerOptions {
  maxNewTokens: number;
  lanes: number;
  maxPartition: MaxPartition;
}

/** Answers every question, with its pictures or with blank ones. */
async function answerAll(
  model: LoadedModel,
  questions: Question[],
  { blank, emit, ...how }: AnswerOptions & { blank: boolean; emit: (event: EvaluateEventInput) => void },
): Promise<string[]> {
  const asked = blank ? blankQuestions(questions, model.config.visual.backbone.imageSize) : questions;
  const answers = await generate(model, asked, how, (done, questionsPerS) =>
    emit({ progress: { done, total: asked.length, questionsPerS, blankImage: blank } }),
  );
  if (!blank) return answers;
  const byQuestion = new Map(asked.map(({ question }, at) => [question, answers[at] as string]));
  return questions.map(({ question }) => byQuestion.get(question) as string);
}

type Asked = Pick<Question, 'question' | 'images' | 'place'>;

/** Before blank pictures the same words are the same question. */
function blankQuestions(questions: readonly Question[], side: number): Asked[] {
  const white = { data: new Uint8Array(side * side * 3).fill(255), width: side, height: side };
  const byText = new Map(questions.map((one) => [one.question, one]));
  return [...byText.values()].map((one) => ({ ...one, images: one.images.map(() => white) }));
}

async function generate(
  model: LoadedModel,
  asked: Asked[],
  { maxNewTokens, lanes, maxPartition }: AnswerOptions,
  onProgress: (done: number, questionsPerS: number) => void,
): Promise<string[]> {
  const { config, params, tokenizer, formatter } = model;
  const prepare = picturePreparer(model, maxPartition);
  const started = performance.now();
  const answers: string[] = [];
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < asked.length) {
      const from = next;
      next += BATCH;
      const ready = asked.slice(from, from + BATCH).map(({ question, images, place }) =>
        aboutSample(place, () => {
          const pictures = prepare(images);
          return { pictures, ...expandPictures(formatter.formatQuery(question), pictures) };
        }),
      );
      const prompts = ready.map(({ inputIds, pictures }) => ({ inputIds, ...pixelsOf(config, pictures) }));
      const ids = await generateGreedy(config, params, prompts, {
        maxNewTokens,
        eosTokenId: formatter.endOfTurnId,
        batchSize: BATCH,
      }).finally(() => prompts.forEach(({ pixelValues }) => pixelValues?.dispose()));
      ids.forEach(
        (tokens, i) => (answers[from + i] = tokenizer.decode(tokens, { skipSpecial: true }).trim()),
      );
      done += prompts.length;
      onProgress(done, (done * 1000) / (performance.now() - started));
    }
  };
  const untilOneFails = () =>
    lane().catch((error: unknown) => {
      next = asked.length;
      throw error;
    });
  // All have ended before the caller frees the weights.
  const ended = await Promise.allSettled(Array.from({ length: lanes }, untilOneFails));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  return answers;
}

/** All pictures or tiles of a question as one tensor; nothing for a text alone. The caller disposes it. */
function pixelsOf(config: OvisConfig, pictures: readonly PreparedPicture[]): { pixelValues?: tf.Tensor4D } {
  const tiles = pictures.flatMap(({ pixels }) => pixels);
  if (tiles.length === 0) return {};
  const side = config.visual.backbone.imageSize;
  const channels = pixelChannels(config);
  const length = channels * side * side;
  const all = new Float32Array(tiles.length * length);
  tiles.forEach((tile, i) => all.set(tile, i * length));
  return { pixelValues: tf.tensor4d(all, [tiles.length, channels, side, side]) };
}
