import { openStorage } from '@ovis/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  applyRetention,
  CheckpointReader,
  deleteCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  planDeletion,
  verifyCheckpoint,
} from '../src/index.ts';
import { fakeGang, fakeState, prints } from './fake-gang.ts';

const directory = await mkdtemp(join(tmpdir(), 'ovis-retention-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
let runs = 0;

/** A run whose later checkpoints refer to the first one's frozen files. */
async function savedRun(steps: number[]) {
  const url = pathToFileURL(join(directory, `run${runs++}`)).href;
  const storage = openStorage(url);
  const gang = fakeGang({ url, world: 2, attempt: 'a1', state: fakeState() });
  for (const step of steps) {
    await gang.save(step, { loss: step });
    await gang.drain();
  }
  await gang.close();
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of storage.list('')) found.push(key);
    return found.sort();
  };
  const ids = async (): Promise<number[]> => (await listCheckpoints(storage, '')).map(({ step }) => step);
  const whole = async (): Promise<void> => {
    for (const { id, step } of await listCheckpoints(storage, '')) {
      expect(await verifyCheckpoint(storage, '', id)).toEqual([]);
      const { parts } = await loadCheckpoint(storage, '', id, { fallback: false });
      const data = Object.values(parts).flatMap((part) => Object.entries(part).map(([n, t]) => [n, t.data]));
      expect(prints(Object.fromEntries(data))).toEqual(prints(fakeState().valuesAt(step)));
    }
  };
  return { storage, keys, ids, whole };
}

describe('applyRetention', () => {
  it('deletes in two steps, and never what another checkpoint refers to', async () => {
    const { storage, keys, ids, whole } = await savedRun([100, 200, 300]);
    const before = await keys();
    // Somebody is loading the first one.
    const reader = (await CheckpointReader.open(storage, '', 'stage2-step000100'))!;
    const first = await applyRetention(storage, '', { keepLast: 1 });
    expect(first).toEqual({ deleted: ['stage2-step000100', 'stage2-step000200'], files: 0, bytes: 0 });
    expect(await ids()).toEqual([300]);
    await reader.readTensors(reader.tensors.keys());
    expect((await applyRetention(storage, '', { keepLast: 1 })).files).toBe(0);
    const swept = await applyRetention(storage, '', { keepLast: 1 }, { graceMs: 0 });
    expect(swept.bytes).toBeGreaterThan(100_000);
    const left = await keys();
    expect(left.filter((key) => key.startsWith('stage2-step000200'))).toEqual([]);
    // The frozen files of the first one are needed by the last one.
    const frozen = before.filter((key) => /step000100.*(frozen|llm|config)/.test(key));
    expect(frozen.length).toBeGreaterThan(2);
    expect(left.filter((key) => key.startsWith('stage2-step000100'))).toEqual(frozen);
    await whole();
    expect((await applyRetention(storage, '', { keepLast: 1 }, { graceMs: 0 })).files).toBe(0);
  });

  it('keeps what is in use', async () => {
    const { storage, ids } = await savedRun([100, 200, 300]);
    await applyRetention(storage, '', { keepLast: 1 }, { inUse: ['stage2-step000100'] });
    expect(await ids()).toEqual([100, 300]);
  });

  it('sweeps what dead saves left, but not what is being saved', async () => {
    const { storage, keys, whole } = await savedRun([100]);
    await storage.put('stage2-step000200/dead/vte.safetensors', 'x');
    await storage.put('stage2-step000200/alive/vte.safetensors', 'x');
    await storage.put('stage2-step000100/dead/rank-0001.json', '{}');
    await storage.put('notes.txt', 'not ours');
    const sweep = (orphanMs: number) =>
      applyRetention(storage, '', {}, { orphanMs, graceMs: 0, attempts: ['alive'] });
    expect(await sweep(60_000)).toMatchObject({ files: 0 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await sweep(10)).toEqual({ deleted: [], files: 2, bytes: 3 });
    expect(await keys()).toEqual(
      expect.arrayContaining(['notes.txt', 'latest.json', 'stage2-step000200/alive/vte.safetensors']),
    );
    await whole();
  });

  it('deletes nothing while a manifest cannot be read', async () => {
    const { storage, keys, ids } = await savedRun([100, 200, 300]);
    await storage.put('stage2-step000200/manifest.json', '{');
    const before = await keys();
    const warnings: string[] = [];
    const swept = await applyRetention(
      storage,
      '',
      { keepLast: 1 },
      { graceMs: 0, orphanMs: 0, onWarning: (text) => warnings.push(text) },
    );
    expect(swept).toEqual({ deleted: [], files: 0, bytes: 0 });
    expect(await keys()).toEqual(before);
    expect(warnings).toEqual([expect.stringContaining('no checkpoint is deleted')]);
    await deleteCheckpoint(storage, '', 'stage2-step000200');
    await applyRetention(storage, '', { keepLast: 1 }, { graceMs: 0 });
    expect(await ids()).toEqual([300]);
  });
});

describe('deleteCheckpoint', () => {
  it('takes away what nobody else needs', async () => {
    const { storage, ids, whole, keys } = await savedRun([100, 200]);
    const plan = await planDeletion(storage, '', 'stage2-step000100');
    expect(plan.shared).toBeGreaterThan(2);
    const files = (await keys()).length;
    await deleteCheckpoint(storage, '', 'stage2-step000100');
    expect(await ids()).toEqual([200]);
    await whole();
    expect((await keys()).length).toBe(files - plan.files.length);
    await deleteCheckpoint(storage, '', 'stage2-step000200');
    // Its folder and what it alone referred to.
    expect(await keys()).toEqual(['latest.json']);
  });
});
