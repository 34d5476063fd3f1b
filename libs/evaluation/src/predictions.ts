import { scoreRun, type RunScore } from './score.ts';

/** One line of `predictions.jsonl`: a question of the held-out set and what the model said. */
export interface Prediction {
  /** Position in the held-out set. */
  index: number;
  /** Key of the sample. */
  key: string;
  /** `name`, `category`, `color`, `yesno`, ... */
  type: string;
  question: string;
  answer: string;
  prediction: string;
  /** The answer to the same question with a blank picture. */
  blankPrediction?: string;
}

/** Predictions from JSON lines, in the order of the questions. */
export function parsePredictions(...texts: string[]): Prediction[] {
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Prediction)
    .sort((one, other) => one.index - other.index);
}

/** The score of predictions that carry their questions; the blank picture counts when every question has it. */
export function scorePredictions(predictions: readonly Prediction[]): RunScore {
  const blank = predictions.flatMap(({ blankPrediction }) => blankPrediction ?? []);
  return scoreRun({
    questions: predictions,
    predictions: predictions.map(({ prediction }) => prediction),
    ...(blank.length === predictions.length ? { blankPredictions: blank } : {}),
  });
}
