export { answerSheet, type AnswerSheetOptions, type SheetItem } from './answer-sheet.ts';
export { EvaluationError } from './errors.ts';
export { lossCurves, type LossCurvesOptions, type LossPoint } from './loss-curves.ts';
export { normalizeAnswer, sameAnswer, wordOverlap } from './normalize.ts';
export { parsePredictions, scorePredictions, type Prediction } from './predictions.ts';
export {
  scoreRun,
  scoreTable,
  type Predictions,
  type RunScore,
  type ScoredQuestion,
  type ScoreInput,
  type TypeScore,
} from './score.ts';
