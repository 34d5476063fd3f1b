import { expect, it } from 'vitest';
import { ReportPace } from './report-pace.ts';

it('reports often in the beginning and stays far below the limit of a history in a run of weeks', () => {
  let now = 0;
  const pace = new ReportPace(() => now);
  let firstMinute = 0;
  let all = 0;
  for (; now < 21 * 24 * 3_600_000; now += now < 60_000 ? 100 : 1_000) {
    if (!pace.due(false)) continue;
    all++;
    if (now < 60_000) firstMinute++;
  }
  expect(firstMinute).toBe(30);
  expect(all).toBeLessThan(5_000);
});
