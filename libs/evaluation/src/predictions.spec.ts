import { expect, it } from 'vitest';
import { parsePredictions, scorePredictions, type Prediction } from './predictions.ts';

const line = (index: number, prediction: string, blankPrediction?: string): Prediction => ({
  index,
  key: `k${index}`,
  type: 'color',
  question: 'Which color?',
  answer: 'red',
  prediction,
  ...(blankPrediction === undefined ? {} : { blankPrediction }),
});

it('puts the parts of several trainers into the order of the questions', () => {
  const part = (...lines: Prediction[]) => lines.map((one) => JSON.stringify(one)).join('\n') + '\n';
  const all = parsePredictions(part(line(2, 'c'), line(0, 'a')), part(line(1, 'b')));
  expect(all.map(({ prediction }) => prediction)).toEqual(['a', 'b', 'c']);
});

it('counts the blank picture only when every question was asked with it', () => {
  const half = scorePredictions([line(0, 'red', 'red'), line(1, 'blue')]);
  expect(half.accuracy['color']).toEqual({ model: 0.5, majority: 1, blind: null, n: 2 });
  const whole = scorePredictions([line(0, 'red', 'red'), line(1, 'blue', 'no')]);
  expect(whole.accuracy['color']!.blind).toBe(0.5);
});
