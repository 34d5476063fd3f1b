import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkpointId,
  decodeSafetensors,
  readManifest,
  saveCheckpoint,
  splitParts,
  type HostTensors,
} from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-cli-checkpoints-'));
afterAll(() => rmSync(folder, { recursive: true }));
const url = `${pathToFileURL(folder).href}/run/checkpoints`;
const storage = openStorage(url);
const ovis = (...args: string[]) =>
  runCli(['checkpoints', ...args], { env: { OVIS_STATE_DIR: join(folder, 'none') }, cwd: folder });

const weights: HostTensors = Object.fromEntries(
  [
    'vte.weight',
    'visual_tokenizer.head.0.weight',
    'visual_tokenizer.backbone.x',
    'llm.model.a',
    'llm.lm_head.weight',
  ].map((name, i) => [name, { dtype: 'F32', shape: [2, 3], data: new Float32Array(6).fill(i) }]),
);
const config = { model_type: 'ovis', llm_config: { model_type: 'qwen2', hidden_size: 3 } };

beforeAll(async () => {
  for (const step of [100, 200, 300]) {
    await saveCheckpoint(storage, '', {
      id: checkpointId(2, step),
      parts: splitParts(weights),
      state: {
        stage: 2,
        step,
        totalSteps: 200,
        seed: 1,
        schedule: {},
        rng: {},
        cursors: [],
        world: 2,
        loss: 1 / step,
        configHash: '',
        versions: {},
      },
      extraFiles: {
        'config.json': Buffer.from(JSON.stringify(config)),
        'tokenizer.json': Buffer.from('{}'),
      },
    });
  }
});

describe('ovis checkpoints', () => {
  it('ls lists them', async () => {
    const { code, out } = await ovis('ls', url);
    expect(code).toBe(0);
    expect(out).toMatch(/^stage2-step000100 +2 +100 of 200 +0\.01000 +\d{4}-.* [\d.]+ K?B +[\d.]+ K?B +2$/m);
    expect(out).toMatch(/^stage2-step000200 .* 2 +end of a stage$/m);
    expect(out).toMatch(/^stage2-step000300 .* 2 +latest$/m);
    expect(out).toMatch(/^3 checkpoints, [\d.]+ K?B in file:/m);
    const json = JSON.parse((await ovis('ls', 'run/checkpoints', '--json')).out) as { checkpoints: object[] };
    expect(json.checkpoints[2]).toMatchObject({ id: 'stage2-step000300', latest: true, trainers: 2 });
    expect((await ovis('ls', pathToFileURL(folder).href)).out).toContain('no checkpoints in');
    expect((await ovis('ls', 'no-such-run')).code).toBe(1);
  });

  it('verify names what is damaged, and how to go on', async () => {
    expect(await ovis('verify', url, '--all')).toMatchObject({ code: 0, err: '' });
    const manifest = await readManifest(storage, '', 'stage2-step000300');
    const { key } = manifest!.files['llm.safetensors']!;
    const bytes = await storage.get(key);
    bytes[bytes.length - 1]! ^= 1;
    await storage.put(key, bytes);
    const { code, out, err } = await ovis('verify', `${url}/stage2-step000300`);
    expect(code).toBe(1);
    expect(out).toMatch(/DAMAGED +stage2-step000300\n +.*llm\.safetensors .*bytes 0 to \d+ changed/);
    expect(err).toContain('go on from the one before');
    expect((await ovis('verify', url, 'stage2-step000100', 'stage2-step000200')).code).toBe(0);
    bytes[bytes.length - 1]! ^= 1;
    await storage.put(key, bytes);
  });

  it('export writes parts that can be used alone', async () => {
    const { code, out } = await ovis(
      'export',
      url,
      'parts',
      '--part',
      'vte,llm',
      '--id',
      'stage2-step000200',
    );
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('llm.safetensors') });
    const vte = decodeSafetensors(readFileSync(join(folder, 'parts/vte.safetensors'))).tensors;
    expect(vte).toEqual({ 'vte.weight': weights['vte.weight'] });
    expect((await ovis('export', url, 'parts')).err).toContain('is not empty');
    expect((await ovis('export', url, 'llm', '--part', 'llm', '--format', 'hf')).code).toBe(0);
    const llm = decodeSafetensors(readFileSync(join(folder, 'llm/model.safetensors'))).tensors;
    expect(llm).toEqual({
      'model.a': weights['llm.model.a'],
      'lm_head.weight': weights['llm.lm_head.weight'],
    });
    expect(JSON.parse(readFileSync(join(folder, 'llm/config.json'), 'utf8'))).toEqual(config.llm_config);
    expect(readFileSync(join(folder, 'llm/tokenizer.json'), 'utf8')).toBe('{}');
    expect((await ovis('export', url, 'vte', '--part', 'vte', '--format', 'hf')).err).toMatch(
      /use safetensors/,
    );
    expect((await ovis('export', url, 'x', '--part', 'head')).code).toBe(2);
  });

  it('rm refuses the latest, and says what it frees', async () => {
    expect((await ovis('rm', url, 'stage2-step000300')).err).toMatch(/it is the latest one[^]*--force/);
    expect((await ovis('rm', url, 'stage2-step000999')).err).toContain("no checkpoint 'stage2-step000999'");
    expect((await ovis('rm', url)).err).toContain('which checkpoints?');
    expect((await ovis('rm', url, 'stage2-step000100', '--dry-run')).out).toMatch(
      /would free +stage2-step000100: \d+ files, [\d.]+ K?B/,
    );
    expect((await ovis('rm', url, 'stage2-step000100')).out).toMatch(/^freed +stage2-step000100/);
    expect((await ovis('ls', url)).out).not.toContain('stage2-step000100');
    const { out } = await ovis('rm', url, 'stage2-step000300', '--force', '--json');
    expect(JSON.parse(out)).toMatchObject({ removed: [{ id: 'stage2-step000300', shared: 0 }] });
  });
});
