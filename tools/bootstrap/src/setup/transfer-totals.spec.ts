import { expect, it } from 'vitest';
import type { WheelPin } from './pins.ts';
import { transferTotals } from './transfer-totals.ts';

it('adds up what several wheels fetch, then what they unpack', () => {
  const pin = (bytes: number, unpackedBytes: number): WheelPin => ({
    requirement: `w==${bytes}`,
    platform: 'any',
    sha256: '',
    bytes,
    unpackedBytes,
    files: [],
  });
  const [a, b] = [pin(100, 300), pin(50, 60)];
  const seen: unknown[] = [];
  const of = transferTotals([a, b], { progress: (...args) => void seen.push(args) });
  of(a)(40, 100, 'fetching');
  of(a)(10, 100, 'fetching'); // pip is moving the file: not backwards
  of(b)(50, 50, 'fetching');
  of(b)(10, 60, 'unpacking'); // a is still being fetched: that is what is shown
  of(a)(5, 300, 'unpacking'); // a has arrived, whatever its last report said
  of(b)(60, 60, 'unpacking');
  expect(seen).toEqual([
    [40, 150, 'fetching'],
    [40, 150, 'fetching'],
    [90, 150, 'fetching'],
    [90, 150, 'fetching'],
    [15, 360, 'unpacking'],
    [65, 360, 'unpacking'],
  ]);
});
