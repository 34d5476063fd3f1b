import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { RunFeed } from './fleet/run-feed.ts';
import { RunFollower } from './temporal.ts';

const log = { info() {}, warn() {}, error() {} } as unknown as ConstructorParameters<
  typeof RunFollower
>[2]['log'];

/** A Temporal that answers the question for a run's result like this, one answer after the other. */
function follow(answers: (Error | string)[]) {
  const notes: { message: string; final: boolean }[] = [];
  const feed = new RunFeed(({ note }) => note && notes.push(note as never));
  let asked = 0;
  const result = () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const client = { workflow: { getHandle: () => ({ result }) } } as unknown as Client;
  const follower = new RunFollower(client, feed, { log, patienceMs: 300 });
  return { follower, notes, asked: () => asked };
}

const away = () => new Error('14 UNAVAILABLE: no connection');

it('says nothing of a run while Temporal is away, and its last word when it is back', async () => {
  const { follower, notes } = follow([away(), away(), 'done']);
  await follower.follow('a');
  await expect.poll(() => notes, { timeout: 10_000 }).toMatchObject([{ message: 'completed', final: true }]);
});

it('says why a run failed, and that there is none', async () => {
  const failed = follow([
    new WorkflowFailedError('it failed', new Error('why'), 'MAXIMUM_ATTEMPTS' as never),
  ]);
  await failed.follower.follow('a');
  await expect.poll(() => failed.notes).toMatchObject([{ final: true }]);
  expect(failed.notes[0]!.message).toMatch(/^failed: why/);
  const unknown = follow([new WorkflowNotFoundError('not found', 'a', undefined)]);
  await unknown.follower.follow('a');
  await expect.poll(() => unknown.notes).toMatchObject([{ message: "there is no run 'a'", final: true }]);
});

it('asks no longer when it is closed', async () => {
  const { follower, notes, asked } = follow([away()]);
  await follower.follow('a');
  await expect.poll(asked).toBeGreaterThan(0);
  follower.close();
  const before = asked();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(asked()).toBe(before);
  expect(notes).toEqual([]);
});
