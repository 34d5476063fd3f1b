import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resumePoint } from '@ovis/workflows';
import { afterAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { checkpointsOf } from '../src/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-convert-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../libs/model/fixtures/${name}/checkpoint`, import.meta.url));

const convert = (...args: string[]) =>
  runCli(['convert', ...args], { cwd: folder, env: { OVIS_STATE_DIR: join(folder, 'none') } });

it('writes a native model, and says what is not the same', async () => {
  const { code, out, err } = await convert(fixture('ovis20_aimv2_qwen25'), 'native', '--to', 'native');
  expect(code).toBe(0);
  expect(err).toContain("applies the vision tower's final RMSNorm in front of the head");
  expect(out).toMatch(/official, Ovis 2\.0: aimv2 \+ qwen2, 58,038 parameters/);
  expect(readdirSync(join(folder, 'native'))).toEqual(
    expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'processor_config.json']),
  );
  const again = await convert(fixture('ovis20_aimv2_qwen25'), 'native', '--to', 'native');
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
});

it('a dry run writes nothing', async () => {
  const args = [fixture('native_ovis2'), 'dry', '--to', 'official', '--dtype', 'bf16', '--dry-run', '--json'];
  const { code, out } = await convert(...args);
  expect(code).toBe(0);
  const result = JSON.parse(out) as {
    written: boolean;
    parameters: number;
    files: { name: string; bytes: number }[];
  };
  expect(result.written).toBe(false);
  const weights = result.files.find(({ name }) => name === 'model.safetensors');
  expect(weights?.bytes).toBeGreaterThan(2 * result.parameters);
  expect(weights?.bytes).toBeLessThan(3 * result.parameters);
  expect(readdirSync(folder)).not.toContain('dry');
});

it('a checkpoint made of a published model is where training goes on', async () => {
  const { code } = await convert(
    fixture('ovis10_clip_llama3'),
    'runs/mine/checkpoints',
    '--to',
    'checkpoint',
  );
  expect(code).toBe(0);
  const found = await checkpointsOf(`file://${folder}/runs`, 'mine', {});
  const point = resumePoint(found);
  expect(point).toMatchObject({ stage: 3, initial: true });
  expect(point.checkpointUrl).toMatch(/runs\/mine\/checkpoints\/stage2-step000000$/);
});

it('wrong usage and models that the target cannot hold', async () => {
  expect((await convert(fixture('native_ovis2'), 'x')).code).toBe(2);
  expect((await convert(fixture('native_ovis2'), 'x', '--to', 'gguf')).code).toBe(2);
  expect((await convert(fixture('native_ovis2'), 'x', '--to', 'official', '--max-shard', '0')).err).toContain(
    "--max-shard is '0'",
  );
  expect(await convert(fixture('ovis16_siglip_llama32'), 'x', '--to', 'native')).toMatchObject({
    code: 1,
    err: expect.stringContaining('the vision tower is siglip, not aimv2'),
  });
  mkdirSync(join(folder, 'pickle'));
  writeFileSync(join(folder, 'pickle', 'config.json'), '{}');
  writeFileSync(join(folder, 'pickle', 'pytorch_model.bin'), '');
  const pickle = await convert('pickle', 'x', '--to', 'official');
  expect(pickle.err).toContain('a pickle');
  expect(pickle.err).toContain('fix: convert it with Python');
  expect(readdirSync(folder)).not.toContain('x');
});
