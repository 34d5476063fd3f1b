import { EvaluationError } from './errors.ts';
import { normalizeAnswer, sameAnswer, wordOverlap } from './normalize.ts';

/** A held-out question with its one right answer. */
export interface ScoredQuestion {
  /** Sample key; needed when predictions come by key. */
  key?: string;
  /** `name`, `category`, `color`, `yesno`, ... */
  type: string;
  answer: string;
}

/** In the order of the questions, or by their keys. */
export type Predictions = readonly string[] | Readonly<Record<string, string>>;

export interface ScoreInput {
  questions: readonly ScoredQuestion[];
  predictions: Predictions;
  /** The same model's answers to the same questions with a blank picture. */
  blankPredictions?: Predictions;
}

/** Shares of questions answered right, 0..1. */
export interface TypeScore {
  model: number;
  /** Always giving the type's most frequent answer (measured on these very questions: the strongest constant). */
  majority: number;
  /** The model without seeing the picture; null when not measured. */
  blind: number | null;
  /** Questions. */
  n: number;
}

export interface RunScore {
  accuracy: Record<string, TypeScore>;
  /** Mean word overlap (F1) per type: how near wrong names are. */
  overlap: Record<string, { model: number; blind: number | null }>;
  majorityAnswer: Record<string, string>;
  /** For each question, in order: was the model right? */
  correct: boolean[];
}

function inOrder(questions: readonly ScoredQuestion[], predictions: Predictions, what: string): string[] {
  const isList = (value: Predictions): value is readonly string[] => Array.isArray(value);
  if (isList(predictions)) {
    if (predictions.length !== questions.length) {
      throw new EvaluationError(
        'MISMATCH',
        `${predictions.length} ${what} for ${questions.length} questions`,
        'give one prediction per question in the same order, or an object by key',
      );
    }
    return [...predictions];
  }
  const missing = questions.filter(({ key }) => key === undefined || predictions[key] === undefined);
  if (missing.length > 0) {
    throw new EvaluationError(
      'MISMATCH',
      `${missing.length} of ${questions.length} questions have no ${what}, the first is ${missing[0]!.key ?? 'without a key'}`,
      'run the evaluation to its end; a trainer may have stopped before its part was done',
    );
  }
  return questions.map(({ key }) => predictions[key!]!);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function mostFrequent(answers: readonly string[]): { answer: string; count: number } {
  const counts = new Map<string, { answer: string; count: number }>();
  for (const answer of answers) {
    const normal = normalizeAnswer(answer);
    const entry = counts.get(normal) ?? { answer, count: 0 };
    entry.count++;
    counts.set(normal, entry);
  }
  return [...counts.values()].reduce((best, entry) => (entry.count > best.count ? entry : best));
}

/**
 * Accuracy per question type (exact match after normalising) beside two baselines: the most frequent answer, and the
 * same model shown a blank picture.
 */
export function scoreRun({ questions, predictions, blankPredictions }: ScoreInput): RunScore {
  if (questions.length === 0) {
    throw new EvaluationError(
      'NO_QUESTIONS',
      'there are no questions to score',
      'check evaluation.dataset and evaluation.limit',
    );
  }
  const given = inOrder(questions, predictions, 'predictions');
  const blank = blankPredictions && inOrder(questions, blankPredictions, 'predictions for the blank picture');
  const score: RunScore = {
    accuracy: {},
    overlap: {},
    majorityAnswer: {},
    correct: questions.map(({ answer }, index) => sameAnswer(answer, given[index]!)),
  };
  for (const type of new Set(questions.map((question) => question.type))) {
    const indices = questions.flatMap((question, index) => (question.type === type ? [index] : []));
    const answers = indices.map((index) => questions[index]!.answer);
    const right = (list: readonly string[]) =>
      mean(indices.map((index, i) => (sameAnswer(answers[i]!, list[index]!) ? 1 : 0)));
    const overlap = (list: readonly string[]) =>
      mean(indices.map((index, i) => wordOverlap(answers[i]!, list[index]!)));
    const majority = mostFrequent(answers);
    score.accuracy[type] = {
      model: right(given),
      majority: majority.count / indices.length,
      blind: blank ? right(blank) : null,
      n: indices.length,
    };
    score.overlap[type] = { model: overlap(given), blind: blank ? overlap(blank) : null };
    score.majorityAnswer[type] = majority.answer;
  }
  return score;
}

/** The score as lines of plain text with aligned columns. */
export function scoreTable(score: RunScore): string {
  const percent = (share: number | null) => (share === null ? '-' : `${(100 * share).toFixed(1)} %`);
  const rows = Object.entries(score.accuracy).map(([type, { model, majority, blind, n }]) => [
    type,
    percent(model),
    `${percent(majority)} (${score.majorityAnswer[type]})`,
    percent(blind),
    percent(score.overlap[type]!.model),
    String(n),
  ]);
  const table = [['question', 'model', 'most frequent answer', 'blank image', 'word overlap', 'n'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
