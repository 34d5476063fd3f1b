/**
 * The form in which answers are compared: lower case, no accents, no punctuation, no articles, single spaces.
 * Special tokens that a decoder may have left in (`<|im_end|>`) are dropped.
 */
export function normalizeAnswer(text: string): string {
  return text
    .replace(/<\|[^|>]*\|>/g, ' ')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .split(' ')
    .filter((word) => word !== '' && word !== 'a' && word !== 'an' && word !== 'the')
    .join(' ');
}

/** Equal after normalising. An answer that normalises to nothing ("a") is compared as it stands. */
export function sameAnswer(answer: string, prediction: string): boolean {
  const expected = normalizeAnswer(answer);
  return expected === ''
    ? answer.trim().toLowerCase() === prediction.trim().toLowerCase()
    : expected === normalizeAnswer(prediction);
}

/**
 * Word overlap of two answers, 0..1: the harmonic mean of precision and recall over their words as multisets
 * (F1 as in SQuAD).
 */
export function wordOverlap(answer: string, prediction: string): number {
  const expected = normalizeAnswer(answer).split(' ').filter(Boolean);
  const given = normalizeAnswer(prediction).split(' ').filter(Boolean);
  const left = new Map<string, number>();
  for (const word of expected) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return common === 0 ? 0 : (2 * common) / (expected.length + given.length);
}
