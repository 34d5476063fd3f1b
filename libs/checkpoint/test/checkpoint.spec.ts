import { ensureBucket, openStorage, StorageError } from '@ovis/storage';
import { alteredStorage } from '@ovis/storage/test/altered-storage';
import { S3_SKIP_REASON, startS3Server } from '@ovis/storage/test/s3-server';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyRetention,
  checkpointId,
  deleteCheckpoint,
  latestCheckpointId,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  verifyCheckpoint,
  type Manifest,
  type SavedCheckpoint,
} from '../src/index.ts';
import { makeParts, state } from './samples.ts';

const s3 = await startS3Server();
const directory = await mkdtemp(join(tmpdir(), 'ovis-checkpoint-'));
afterAll(async () => {
  await s3?.stop();
  await rm(directory, { recursive: true, force: true });
});

const backends = [
  { name: 'file://', skip: false, url: pathToFileURL(directory).href },
  { name: `s3://${s3 ? '' : S3_SKIP_REASON}`, skip: !s3, url: 's3://checkpoints/runs' },
];

describe.each(backends)('checkpoints on $name', ({ skip, url }) => {
  const env = s3?.env ?? {};
  const storage = openStorage(url, env);
  let run = 0;
  const newPrefix = (): string => `run${run++}/checkpoints`;
  const save = (prefix: string, step: number, o: { replace?: boolean } = {}): Promise<SavedCheckpoint> =>
    saveCheckpoint(storage, prefix, {
      id: checkpointId(2, step),
      parts: makeParts(step),
      state: state(step),
      extraFiles: { 'config.json': new TextEncoder().encode('{"hidden_size":8}') },
      ...o,
    });
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of storage.list(prefix)) found.push(key);
    return found;
  };
  const manifestOf = async (saved: SavedCheckpoint): Promise<Manifest> =>
    JSON.parse(new TextDecoder().decode(await storage.get(saved.manifestKey))) as Manifest;
  const damage = async (prefix: string, saved: SavedCheckpoint, name: string): Promise<void> => {
    const key = `${prefix}/${(await manifestOf(saved)).files[name]?.key}`;
    const bytes = await storage.get(key);
    const at = bytes.length - 5;
    bytes[at] = (bytes[at] ?? 0) ^ 16;
    await storage.put(key, bytes);
  };
  const crash = (prefix: string, step: number, dieBefore: string): void => {
    const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
    const run = spawnSync(
      process.execPath,
      ['--import', 'tsx', child, url, prefix, String(step), dieBefore],
      {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      },
    );
    expect({ signal: run.signal, stderr: run.stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
  };

  beforeAll(() => (skip ? undefined : ensureBucket(url, env)));

  it.skipIf(skip)('gives back all of it, or the parts asked for', async () => {
    const prefix = newPrefix();
    const saved = await save(prefix, 120);
    expect(saved).toMatchObject({
      id: 'stage2-step000120',
      manifestKey: `${prefix}/stage2-step000120/manifest.json`,
    });
    const loaded = await loadCheckpoint(storage, prefix, 'latest');
    expect(loaded.parts).toEqual(makeParts(120));
    expect(loaded.state).toEqual(state(120));
    expect(new TextDecoder().decode(loaded.files['config.json'])).toBe('{"hidden_size":8}');
    expect(loaded.manifest).toMatchObject({ id: saved.id, stage: 2, step: 120, totalSteps: 400, loss: 1.5 });
    expect(loaded.warnings).toEqual([]);
    const some = await loadCheckpoint(storage, prefix, saved.id, { parts: ['vte', 'llm'] });
    expect(Object.keys(some.parts).sort()).toEqual(['llm', 'vte']);
    const listed = (await keys(`${prefix}/stage2-step000120/`)).filter(
      (key) => !key.endsWith('manifest.json'),
    );
    expect(listed.map((key) => key.split('/').at(-1)).sort()).toEqual(
      ['config.json', 'llm', 'optimizer', 'state.json', 'visual_head', 'vit', 'vte'].map((name) =>
        name.includes('.') ? name : `${name}.safetensors`,
      ),
    );
    // The checkpoint's own URL can serve as storage too.
    const direct = await loadCheckpoint(openStorage(`${storage.url}/${prefix}`, env), '', 'latest');
    expect(direct.manifest.id).toBe(saved.id);
  });

  it.skipIf(skip)('splits large parts into several files', async () => {
    const prefix = newPrefix();
    const id = checkpointId(1, 1);
    await saveCheckpoint(storage, prefix, { id, parts: makeParts(1), state: state(1), maxFileBytes: 2000 });
    const { manifest, parts } = await loadCheckpoint(storage, prefix, id);
    expect(manifest.parts.llm).toEqual(['llm-00001-of-00002.safetensors', 'llm-00002-of-00002.safetensors']);
    expect(parts).toEqual(makeParts(1));
  });

  it.skipIf(skip)('a save killed before its manifest leaves nothing visible', async () => {
    const prefix = newPrefix();
    crash(prefix, 100, 'manifest.json');
    expect((await keys(prefix)).length).toBeGreaterThanOrEqual(6); // its files are there
    expect(await listCheckpoints(storage, prefix)).toEqual([]);
    await expect(loadCheckpoint(storage, prefix, 'latest')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await save(prefix, 80);
    crash(prefix, 120, 'manifest.json');
    expect((await loadCheckpoint(storage, prefix, 'latest')).manifest.step).toBe(80);
    // The resumed run comes by the same step and saves it.
    await save(prefix, 120);
    expect((await loadCheckpoint(storage, prefix, 'latest')).parts).toEqual(makeParts(120));
  });

  it.skipIf(skip)('a save killed between manifest and pointer is the latest all the same', async () => {
    const prefix = newPrefix();
    await save(prefix, 100);
    crash(prefix, 200, 'latest.json');
    expect(await latestCheckpointId(storage, prefix)).toBe('stage2-step000200');
    expect((await loadCheckpoint(storage, prefix, 'latest')).parts).toEqual(makeParts(200));
    await storage.put(`${prefix}/latest.json`, 'no json {');
    const warnings: string[] = [];
    const loaded = await loadCheckpoint(storage, prefix, 'latest', {
      onWarning: (text) => warnings.push(text),
    });
    expect(loaded.manifest.step).toBe(200);
    expect(warnings).toEqual([expect.stringContaining('latest.json is not JSON')]);
  });

  it.skipIf(skip)('passes over damaged checkpoints for the one before, with a warning', async () => {
    const prefix = newPrefix();
    const [first, second, third] = [
      await save(prefix, 100),
      await save(prefix, 200),
      await save(prefix, 300),
    ];
    await damage(prefix, third, 'llm.safetensors');
    await storage.delete(`${prefix}/${(await manifestOf(second)).files['vte.safetensors']?.key}`);
    const loaded = await loadCheckpoint(storage, prefix, 'latest');
    expect(loaded.manifest.id).toBe(first.id);
    expect(loaded.parts).toEqual(makeParts(100));
    expect(loaded.warnings).toEqual([
      expect.stringMatching(
        /step000300' is damaged: llm\.safetensors .*CRC-32.* in bytes 0 to \d+ .*falling back to 'stage2-step000200'/,
      ),
      expect.stringMatching(/step000200' is damaged: vte\.safetensors is gone.*falling back to/),
    ]);
    await expect(loadCheckpoint(storage, prefix, third.id, { fallback: false })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining(storage.url),
    });
    // Only what is read is checked: the other parts of the third are whole.
    expect((await loadCheckpoint(storage, prefix, third.id, { parts: ['vte'] })).manifest.step).toBe(300);
    expect(await verifyCheckpoint(storage, prefix, first.id)).toEqual([]);
    expect(await verifyCheckpoint(storage, prefix, third.id)).toEqual([
      expect.stringContaining('llm.safetensors'),
    ]);
    await damage(prefix, first, 'state.json');
    await expect(loadCheckpoint(storage, prefix, 'latest')).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('no earlier checkpoint is whole'),
    });
  });

  it.skipIf(skip)('a cut-off file and a damaged manifest are found', async () => {
    const prefix = newPrefix();
    await save(prefix, 100);
    const second = await save(prefix, 200);
    const key = `${prefix}/${(await manifestOf(second)).files['vit.safetensors']?.key}`;
    await storage.put(key, (await storage.get(key)).slice(0, 50));
    expect((await loadCheckpoint(storage, prefix, 'latest')).warnings[0]).toMatch(
      /vit\.safetensors has 50 bytes/,
    );
    await storage.put(second.manifestKey, '{"format":');
    const loaded = await loadCheckpoint(storage, prefix, 'latest');
    expect(loaded.manifest.step).toBe(100);
    expect(loaded.warnings).toHaveLength(1);
    // The resumed run reaches that step again: the damaged one gives way.
    await save(prefix, 200);
    expect(await loadCheckpoint(storage, prefix, 'latest')).toMatchObject({
      manifest: { step: 200 },
      warnings: [],
    });
  });

  it.skipIf(skip)('of several writers of one id one wins, and the others say so', async () => {
    const prefix = newPrefix();
    const id = checkpointId(2, 5);
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((value) =>
        saveCheckpoint(storage, prefix, { id, parts: makeParts(value), state: state(value) }),
      ),
    );
    const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i + 1] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'EXISTS', message: expect.stringContaining(id) });
      }
    }
    const loaded = await loadCheckpoint(storage, prefix, 'latest');
    expect(loaded.parts).toEqual(makeParts(winners[0] ?? 0));
    expect(loaded.state.step).toBe(winners[0]);
    // The losers took their files away: six files, the manifest and the pointer are left.
    expect(await keys(prefix)).toHaveLength(8);
    await expect(saveCheckpoint(storage, prefix, { id, parts: {}, state: state(9) })).rejects.toMatchObject({
      code: 'EXISTS',
    });
  });

  it.skipIf(skip)('can go back on purpose: the replaced checkpoint is the latest', async () => {
    const prefix = newPrefix();
    await save(prefix, 100);
    await save(prefix, 200);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await save(prefix, 100, { replace: true });
    expect(await latestCheckpointId(storage, prefix)).toBe('stage2-step000100');
    expect((await loadCheckpoint(storage, prefix, 'stage2-step000100')).parts).toEqual(makeParts(100));
  });

  it.skipIf(skip)('a failed save takes its files away and passes the reason on', async () => {
    const prefix = newPrefix();
    const full = alteredStorage(storage, {
      putRanges: (key, source, o) =>
        key.endsWith('llm.safetensors')
          ? Promise.reject(
              new StorageError('DISK_FULL', 'full', { operation: 'write', url: key, hint: 'free space' }),
            )
          : storage.putRanges(key, source, o),
    });
    await expect(
      saveCheckpoint(full, prefix, { id: checkpointId(2, 1), parts: makeParts(1), state: state(1) }),
    ).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await keys(prefix)).toEqual([]);
  });

  it.skipIf(skip)('lists in the order of training, deletes and prunes', async () => {
    const prefix = newPrefix();
    for (const [stage, step] of [
      [2, 1_000_000],
      [2, 999_999],
      [1, 400],
      [1, 200],
      [3, 1],
    ] as const) {
      await saveCheckpoint(storage, prefix, {
        id: checkpointId(stage, step),
        parts: { vte: makeParts(step).vte },
        state: { ...state(step), stage, totalSteps: stage === 2 ? 1_000_000 : 400 },
      });
    }
    const ids = async (): Promise<string[]> =>
      (await listCheckpoints(storage, prefix)).map((manifest) => manifest.id);
    expect(await ids()).toEqual([
      'stage1-step000200',
      'stage1-step000400',
      'stage2-step999999',
      'stage2-step1000000',
      'stage3-step000001',
    ]);
    const { deleted } = await applyRetention(storage, prefix, { keepLast: 1 });
    expect(deleted).toEqual(['stage1-step000200', 'stage2-step999999']);
    expect(await ids()).toEqual(['stage1-step000400', 'stage2-step1000000', 'stage3-step000001']);
    await deleteCheckpoint(storage, prefix, 'stage3-step000001');
    expect((await keys(prefix)).filter((key) => key.includes('stage3'))).toEqual([]);
    expect((await loadCheckpoint(storage, prefix, 'latest')).manifest.id).toBe('stage2-step1000000');
    await expect(loadCheckpoint(storage, prefix, 'stage9-step1')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('stage2-step1000000'),
    });
  });
});
