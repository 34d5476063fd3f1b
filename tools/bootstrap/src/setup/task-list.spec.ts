import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BootstrapError } from '../errors.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { TaskList } from './task-list.ts';

function plain(): { tasks: TaskList; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { tasks: new TaskList({ mode: 'plain', stream: stream as NodeJS.WriteStream }), text: () => text };
}

describe('task list', () => {
  it('returns results in order and says in lines what happens', async () => {
    const { tasks, text } = plain();
    const results = await tasks.all([
      {
        title: 'Slow',
        run: async (task) => {
          task.progress(1e6, 4e6, 'fetching');
          await new Promise((resolve) => setTimeout(resolve, 20));
          task.result('1.0, fetched');
          return 1;
        },
      },
      { title: 'Fast', run: async () => 'two' },
    ]);
    expect(results).toEqual([1, 'two']);
    expect(text().split('\n')).toEqual([
      'Slow: fetching 1.0 MB of 4.0 MB',
      'Fast: done (0.0 s)',
      expect.stringMatching(/^Slow: 1\.0, fetched \(0\.\d s\)$/),
      '',
    ]);
  });

  it('lets all end, throws the first error and shows the others with their fixes', async () => {
    const { tasks, text } = plain();
    const ended: string[] = [];
    const first = new Error('first');
    const failing = tasks.all([
      { title: 'A', run: () => Promise.reject(first) },
      {
        title: 'B',
        run: async (task) => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          task.warn('look here');
          ended.push('B');
        },
      },
      {
        title: 'C',
        run: () => Promise.reject(new BootstrapError('DISK_FULL', 'no room', { hint: 'df -h' })),
      },
      { title: 'D', run: () => Promise.reject(first) },
    ]);
    await expect(failing).rejects.toBe(first);
    expect(ended).toEqual(['B']);
    expect(text()).toMatch(/A: failed after/);
    expect(text()).toMatch(/warning:.* look here/);
    expect(text()).toMatch(/warning:.* no room\n {2}fix: df -h/);
    expect(text()).not.toContain('first');
  });

  it('is silent when asked to be', async () => {
    const tasks = new TaskList({ mode: 'silent' });
    expect(await tasks.step('x', async (task) => (task.update('y'), 5))).toBe(5);
  });
});

it('writes sizes and times for people', () => {
  expect([512, 44_508_240, 999_960_000, 2.5e9].map(formatBytes)).toEqual([
    '512 B',
    '45 MB',
    '1.0 GB',
    '2.5 GB',
  ]);
  expect([420, 12_300, 185_000].map(formatSeconds)).toEqual(['0.4 s', '12 s', '3 min 5 s']);
});
