import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/fake-programs.ts';
import { fillSlot, readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { withFileLock } from './file-lock.ts';

const filler = fileURLToPath(new URL('../../test/fill-process.ts', import.meta.url));
let slot: CacheSlot;
beforeEach(() => void (slot = { cacheDir: temporaryDirectory(), name: 'part', version: '1' }));
afterEach(() => fs.rmSync(slot.cacheDir, { recursive: true, force: true }));

const fill = (text: string) => async (stage: string) => {
  fs.writeFileSync(path.join(stage, 'file'), text);
  return 'a test';
};

/** Another process that fills the slot slowly; resolves with whether it was the one that did. */
function fillElsewhere(milliseconds: number): {
  done: Promise<boolean>;
  kill: () => void;
  begun: Promise<void>;
} {
  const child = fork(filler, [slot.cacheDir, String(milliseconds)], { execArgv: ['--import', 'tsx'] });
  const begun = new Promise<void>((resolve) => child.on('message', (m) => m === 'begun' && resolve()));
  const done = new Promise<boolean>((resolve) =>
    child.on('message', (m) => typeof m === 'boolean' && resolve(m)),
  );
  return { done, begun, kill: () => child.kill('SIGKILL') };
}

describe('cache slot', () => {
  it('is filled once by processes that ask at the same time', async () => {
    const results = await Promise.all([
      fillElsewhere(300).done,
      fillElsewhere(300).done,
      fillElsewhere(300).done,
    ]);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await readSlot(slot, ['file'])).toMatchObject({
      source: 'another process',
      files: { file: 3_000_000 },
    });
  });

  it('stays empty when filling fails, and leaves nothing behind', async () => {
    const failing = fillSlot(slot, {
      files: ['file'],
      fill: (stage) => {
        fs.writeFileSync(path.join(stage, 'file'), 'half');
        return Promise.reject(new Error('broken off'));
      },
    });
    await expect(failing).rejects.toThrow('broken off');
    expect(await readSlot(slot, ['file'])).toBeUndefined();
    expect(fs.readdirSync(path.join(slot.cacheDir, 'staging'))).toEqual([]);
  });

  it('goes on at once after a process that was killed while filling, and removes what it left', async () => {
    const other = fillElsewhere(60_000);
    await other.begun;
    other.kill();
    const began = Date.now();
    expect((await fillSlot(slot, { files: ['file'], fill: fill('mine') })).filled).toBe(true);
    expect(Date.now() - began).toBeLessThan(5000);
    expect(fs.readdirSync(path.join(slot.cacheDir, 'staging'))).toEqual([]);
  });

  it('notices a file that was cut short and replaces it', async () => {
    await fillSlot(slot, { files: ['file'], fill: fill('whole') });
    fs.truncateSync(path.join(slotDirectory(slot), 'file'), 2);
    expect(await readSlot(slot, ['file'])).toBeUndefined();
    await fillSlot(slot, { files: ['file'], fill: fill('whole again') });
    expect(fs.readFileSync(path.join(slotDirectory(slot), 'file'), 'utf8')).toBe('whole again');
  });
});

describe('file lock', () => {
  const lock = () => path.join(slot.cacheDir, 'a.lock');

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withFileLock(
        lock(),
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside -= 1;
        },
        { pollMs: 1 },
      );
    await Promise.all(Array.from({ length: 20 }, enter));
    expect(most).toBe(1);
    expect(fs.readdirSync(slot.cacheDir)).toEqual([]);
  });

  it('waits for a holder on another host until the lock is old', async () => {
    fs.writeFileSync(lock(), JSON.stringify({ pid: 1, host: `not-${os.hostname()}` }));
    const told: string[] = [];
    const began = Date.now();
    await withFileLock(lock(), async () => {}, {
      staleMs: 600,
      pollMs: 20,
      onWait: (holder) => told.push(holder),
    });
    expect(Date.now() - began).toBeGreaterThan(400);
    expect(told).toEqual([`pid 1 on not-${os.hostname()}`]);
  });
});
