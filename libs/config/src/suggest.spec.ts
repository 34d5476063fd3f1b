import { describe, expect, it } from 'vitest';
import { closest, editDistance } from './suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['steps', 'steps', 0],
    ['stpes', 'steps', 1],
    ['kitten', 'sitting', 3],
  ])('%s -> %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });
});

describe('closest', () => {
  it('ignores case and separators', () => {
    expect(closest('batch_size', ['batchSize', 'steps'])).toBe('batchSize');
  });
  it('suggests nothing far away', () => {
    expect(closest('zebra', ['batchSize', 'steps'])).toBeUndefined();
  });
});
