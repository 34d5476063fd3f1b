import { describe, expect, it } from 'vitest';
import { normalizeAnswer, sameAnswer, wordOverlap } from './normalize.ts';
import { scoreRun, scoreTable } from './score.ts';

describe('normalizeAnswer', () => {
  it('ignores case, punctuation, articles, accents, spaces and special tokens', () => {
    expect(normalizeAnswer(' The Piñata!<|im_end|>\n')).toBe('pinata');
    expect(normalizeAnswer("A woman's hat.")).toBe('womans hat');
    expect(normalizeAnswer('t-shirt')).toBe('t shirt');
  });
});

describe('sameAnswer', () => {
  it('accepts the same words only', () => {
    expect(sameAnswer('red heart', 'Red heart.')).toBe(true);
    expect(sameAnswer('red heart', 'heart red')).toBe(false);
    expect(sameAnswer('yes', 'yes it is')).toBe(false);
    expect(sameAnswer('yes', '')).toBe(false);
  });

  it('still tells apart answers that consist of articles', () => {
    expect(sameAnswer('a', 'A')).toBe(true);
    expect(sameAnswer('a', 'the')).toBe(false);
  });
});

describe('wordOverlap', () => {
  it('is the F1 of words, each counted as often as it stands there', () => {
    expect(wordOverlap('grinning face', 'grinning face')).toBe(1);
    expect(wordOverlap('grinning face', 'crying face')).toBe(0.5);
    expect(wordOverlap('face', 'face face face')).toBe(0.5);
    expect(wordOverlap('face', '')).toBe(0);
  });
});

describe('scoreRun', () => {
  const questions = [
    { key: 'k1', type: 'color', answer: 'red' },
    { key: 'k2', type: 'color', answer: 'red' },
    { key: 'k3', type: 'color', answer: 'blue' },
    { key: 'k4', type: 'name', answer: 'red heart' },
  ];

  it('measures model, most frequent answer and blank image per type', () => {
    const score = scoreRun({
      questions,
      predictions: ['Red.', 'green', 'blue', 'blue heart'],
      blankPredictions: ['red', 'red', 'red', 'x'],
    });
    expect(score.accuracy).toEqual({
      color: { model: 2 / 3, majority: 2 / 3, blind: 2 / 3, n: 3 },
      name: { model: 0, majority: 1, blind: 0, n: 1 },
    });
    expect(score.correct).toEqual([true, false, true, false]);
    expect(score.overlap['name']).toEqual({ model: 0.5, blind: 0 });
    expect(score.majorityAnswer).toEqual({ color: 'red', name: 'red heart' });
  });

  it('says so when the blank image was not measured', () => {
    const { accuracy } = scoreRun({ questions, predictions: ['red', 'red', 'red', 'red'] });
    expect(accuracy['color']!.blind).toBeNull();
  });

  it('takes predictions by key, in any order', () => {
    const predictions = { k4: 'red heart', k3: 'red', k2: 'red', k1: 'red' };
    expect(scoreRun({ questions, predictions }).correct).toEqual([true, true, false, true]);
  });

  it('refuses predictions that do not belong to the questions', () => {
    expect(() => scoreRun({ questions, predictions: ['red'] })).toThrow(/1 predictions for 4 questions/);
    expect(() => scoreRun({ questions, predictions: { k1: 'red' } })).toThrow(/3 of 4 .* the first is k2/);
    expect(() => scoreRun({ questions: [], predictions: [] })).toThrow(/no questions/);
  });
});

describe('scoreTable', () => {
  it('lines the columns up', () => {
    const table = scoreTable(
      scoreRun({
        questions: [{ type: 'color', answer: 'red' }],
        predictions: ['red'],
        blankPredictions: ['no'],
      }),
    );
    const [head, row] = table.split('\n') as [string, string];
    expect(row).toMatch(/^color +100\.0 % +100\.0 % \(red\) +0\.0 % +100\.0 % +1$/);
    expect(row.indexOf('0.0 %  ')).toBeGreaterThan(0);
    expect(head.indexOf('blank image')).toBe(row.indexOf('0.0 %', row.indexOf('(red)')));
  });
});
