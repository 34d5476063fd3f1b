import { decodeSafetensors, type HostTensors } from '@ovis/checkpoint';
import { ParamScope, visionForward } from '@ovis/model';
import { ensureBucket, openStorage, type ObjectStorage } from '@ovis/storage';
import { S3_SKIP_REASON, startS3Server } from '@ovis/storage/test/s3-server';
import { initEngine, tf } from '@ovis/tensorflow';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFromBackbones, openPretrained, planConversion, savePretrained } from '../src/index.ts';
import { fixture, readJson, temporaryFolder, writeTensors } from './samples.ts';

const s3 = await startS3Server();
let folder: string;
beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await s3?.stop();
  await rm(folder, { recursive: true, force: true });
});

const VIT = 'visual_tokenizer.backbone.';

/** Writes the two backbones that a case's model has inside, as folders of their own. */
async function writeBackbones(
  storage: ObjectStorage,
  name: string,
  o: { extra?: HostTensors; whole?: boolean; change?: (llm: HostTensors) => HostTensors } = {},
): Promise<void> {
  const from = fixture(name);
  const config = (await readJson(join(from, 'config.json'))) as Record<string, Record<string, object>>;
  const all = decodeSafetensors(new Uint8Array(await readFile(join(from, 'model.safetensors')))).tensors;
  const below = (prefix: string): HostTensors =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, tensor]) => [key.slice(prefix.length), tensor]),
    );
  const tower = config['visual_tokenizer_config']!['backbone_config']!;
  const vit = o.whole ? { model_type: 'clip', vision_config: tower, text_config: {} } : tower;
  await storage.put('vit/config.json', JSON.stringify(vit));
  await storage.put('vit/preprocessor_config.json', await readFile(join(from, 'preprocessor_config.json')));
  await writeTensors(storage, 'vit/model.safetensors', { ...below(VIT), ...o.extra });
  const llm = o.change?.(below('llm.')) ?? below('llm.');
  await storage.put('llm/config.json', JSON.stringify(config['llm_config']));
  const half = Math.ceil(Object.keys(llm).length / 2);
  const shards = [Object.entries(llm).slice(0, half), Object.entries(llm).slice(half)];
  const map: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    for (const [key] of shard) map[key] = file;
    await writeTensors(storage, `llm/${file}`, Object.fromEntries(shard));
  }
  await storage.put('llm/model.safetensors.index.json', JSON.stringify({ weight_map: map }));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
    await storage.put(`llm/${file}`, await readFile(join(from, file)));
  }
}

const local = (name: string): { url: string; storage: ObjectStorage } => {
  const url = pathToFileURL(join(folder, name)).href;
  return { url, storage: openStorage(url) };
};

describe('a new Ovis from backbones', () => {
  it.each([
    ['ovis10_clip_llama3', '1.0'],
    ['ovis15_siglip_gemma2', '1.6'],
    ['ovis20_aimv2_qwen25', '2.0'],
  ])('%s: tower and LLM as they are, head and table fresh', async (name, generation) => {
    const { url, storage } = local(name);
    await writeBackbones(storage, name);
    const model = await newFromBackbones(url, { seed: 4, visualVocabSize: 64 });
    expect(model.config.generation).toBe(generation);
    expect(model.tokenizer?.vocabSize).toBeGreaterThan(200);
    const source = await openPretrained(fixture(name));
    for (const [key, tensor] of Object.entries(source.params)) {
      if (key === 'vte.weight' || key.startsWith('visual_tokenizer.head.')) continue;
      expect([...(await model.params[key]!.data())], key).toEqual([...(await tensor.data())]);
    }
    expect(Object.keys(model.params).sort()).toEqual(Object.keys(source.params).sort());
    expect(model.params['vte.weight']!.shape).toEqual([64, model.config.hiddenSize]);
    // What it says of itself is enough to write it and to read it again.
    const target = join(folder, `${name}-saved`);
    await savePretrained(target, model);
    const again = await openPretrained(target);
    expect(again.config).toEqual(model.config);
    expect([...(await again.params['vte.weight']!.data())]).toEqual([
      ...(await model.params['vte.weight']!.data()),
    ]);
    tf.dispose([source.params, model.params, again.params]);
  });

  it('takes the tower out of a whole CLIP model; what is neither is an error', async () => {
    const one: HostTensors[string] = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    const whole = {
      'text_model.embeddings.token_embedding.weight': one,
      'text_projection.weight': one,
      'visual_projection.weight': one,
      logit_scale: one,
    };
    const { url, storage } = local('whole');
    await writeBackbones(storage, 'ovis10_clip_llama3', { extra: whole, whole: true });
    const model = await newFromBackbones(url, { seed: 4, visualVocabSize: 64 });
    expect(Object.keys(model.params).filter((key) => /text_|projection|logit/.test(key))).toEqual([]);
    tf.dispose(model.params);
    await writeBackbones(storage, 'ovis10_clip_llama3', { extra: { ...whole, strange: one }, whole: true });
    await expect(newFromBackbones(url, { seed: 4, visualVocabSize: 64 })).rejects.toThrow(
      '1 unknown: visual_tokenizer.backbone.strange',
    );
  });

  it('lists what an LLM lacks', async () => {
    const { url, storage } = local('lacks');
    const change = ({ 'model.norm.weight': _, ...rest }: HostTensors): HostTensors => rest;
    await writeBackbones(storage, 'ovis10_clip_llama3', { change });
    await expect(newFromBackbones(url, { seed: 4, visualVocabSize: 64 })).rejects.toThrow(
      '1 missing: llm.model.norm.weight',
    );
  });
});

/** Made by transformers itself (scripts/aimv2-golden.py). */
describe('AIMv2 under the names of transformers', () => {
  const golden = new URL('../fixtures/aimv2/', import.meta.url);
  const file = (name: string) => readFile(new URL(name, golden));

  async function writeAimv2(name: string, from: string, change?: (vit: Record<string, unknown>) => void) {
    const { url, storage } = local(name);
    await writeBackbones(storage, 'ovis20_aimv2_qwen25');
    const config = JSON.parse((await file(`${from}/config.json`)).toString()) as Record<string, unknown>;
    change?.(config);
    await storage.put('vit/config.json', JSON.stringify(config));
    await storage.put('vit/model.safetensors', await file(`${from}/model.safetensors`));
    return { url, storage };
  }

  it.each(['vision', 'whole'])('%s: its features are those that transformers computes', async (from) => {
    const { url } = await writeAimv2(`aimv2-${from}`, from);
    const { tensors } = decodeSafetensors(new Uint8Array(await file('golden.safetensors')));
    const model = await newFromBackbones(url, { seed: 4, visualVocabSize: 64 });
    expect(model.config).toMatchObject({
      generation: '2.0',
      visual: { backbone: { kind: 'aimv2', layers: 2 } },
    });
    const [features, normal] = tf.tidy(() => {
      const pixels = tf.tensor4d(tensors['pixels']!.data as Float32Array, [1, 3, 42, 42]);
      const tower = new ParamScope(model.params, VIT);
      return [false, true].map((finalNorm) =>
        visionForward(model.config.visual.backbone, tower, pixels, { finalNorm }).dataSync(),
      );
    });
    for (const [key, actual] of [
      ['last_block', features],
      ['normal', normal],
    ] as const) {
      const expected = tensors[key]!.data as Float32Array;
      const largest = Math.max(...expected.map(Math.abs));
      expected.forEach((value, i) => expect(Math.abs(actual![i]! - value)).toBeLessThan(1e-5 * largest));
    }
    // What is written is an official Ovis 2.
    const target = join(folder, `aimv2-${from}-saved`);
    await savePretrained(target, model);
    expect(await readJson(join(target, 'config.json'))).toMatchObject({
      visual_tokenizer_config: { backbone_config: { model_type: 'aimv2', use_bias: false } },
    });
    const again = await openPretrained(target);
    expect(again.config).toEqual(model.config);
    tf.dispose([model.params, again.params]);
  });

  it('lists what is missing, unknown or mis-shaped under the names of the file', async () => {
    const { url, storage } = await writeAimv2('aimv2-lacks', 'vision');
    const { tensors } = decodeSafetensors(new Uint8Array(await file('vision/model.safetensors')));
    const { 'encoder.layers.1.attention.k_proj.weight': _, ...rest } = tensors;
    const wrong: HostTensors[string] = { dtype: 'F32', shape: [2], data: new Float32Array(2) };
    await writeTensors(storage, 'vit/model.safetensors', {
      ...rest,
      'rms_norm.weight': wrong,
      strange: wrong,
    });
    await expect(newFromBackbones(url, { seed: 4, visualVocabSize: 64 })).rejects.toThrow(
      '1 missing: encoder.layers.1.attention.k_proj.weight; 1 unknown: strange; ' +
        '1 with another shape: rms_norm.weight is [2], the config says [24]',
    );
  });

  it.each([
    ['is_native', true, /is_native is true/],
    ['qkv_bias', true, /qkv_bias is true/],
    ['hidden_act', 'gelu', /hidden_act is "gelu"/],
  ])('refuses %s = %j', async (key, value, message) => {
    const { url } = await writeAimv2(`aimv2-${key}`, 'vision', (vit) => (vit[key] = value));
    await expect(newFromBackbones(url, { seed: 4, visualVocabSize: 64 })).rejects.toThrow(message);
  });
});

describe.skipIf(!s3)(`in S3 ${s3 ? '' : S3_SKIP_REASON}`, () => {
  const env = s3?.env ?? {};

  it('backbones, conversions and checkpoints', async () => {
    await ensureBucket('s3://models', env);
    await writeBackbones(openStorage('s3://models/backbones', env), 'ovis10_clip_llama3');
    const model = await newFromBackbones('s3://models/backbones', { env, seed: 4, visualVocabSize: 64 });
    await savePretrained('s3://models/saved', model, { env, maxShardBytes: 50_000 });
    await (
      await planConversion('s3://models/saved', 's3://models/run/checkpoints', { to: 'checkpoint', env })
    ).write();
    const again = await openPretrained('s3://models/run/checkpoints', { env });
    expect(again.format).toBe('checkpoint');
    for (const [key, tensor] of Object.entries(model.params)) {
      expect([...(await again.params[key]!.data())], key).toEqual([...(await tensor.data())]);
    }
    tf.dispose([model.params, again.params]);
    await expect(
      planConversion('s3://models/run/checkpoints', 's3://models/saved', { to: 'official', env }),
    ).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  });

  it('a conversion that is stopped leaves no objects', async () => {
    let chunks = 0;
    const signal = Object.defineProperty(new AbortController().signal, 'aborted', {
      get: () => ++chunks > 20,
    });
    const plan = await planConversion(fixture('ovis20_aimv2_qwen25'), 's3://models/stopped', {
      to: 'official',
      env,
      signal,
      maxShardBytes: 20_000,
    });
    await expect(plan.write()).rejects.toMatchObject({ code: 'STOPPED' });
    const keys: string[] = [];
    for await (const { key } of openStorage('s3://models/stopped', env).list('')) keys.push(key);
    expect(keys).toEqual([]);
  });
});
