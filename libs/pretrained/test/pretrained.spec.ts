import { decodeSafetensors, readStored, type HostTensors, type StoredTensors } from '@ovis/checkpoint';
import { initEngine, tf } from '@ovis/tensorflow';
import { openStorage } from '@ovis/storage';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel, openPretrained, planConversion, savePretrained } from '../src/index.ts';
import { CASES, copyOf, fixture, readJson, temporaryFolder, writeTensors } from './samples.ts';

let folder: string;
let counter = 0;
const fresh = (): string => join(folder, String(counter++));
beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function weightsOf(path: string): Promise<HostTensors> {
  return decodeSafetensors(new Uint8Array(await readFile(join(path, 'model.safetensors')))).tensors;
}

async function readAll(tensors: StoredTensors): Promise<HostTensors> {
  const read = Object.entries(tensors).map(
    async ([name, tensor]) => [name, await readStored(tensor)] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

describe.each(CASES)('%s', (name) => {
  const native = name === 'native_ovis2';

  it('opens with its tensors, tokenizer and settings', async () => {
    const model = await openPretrained(fixture(name));
    expect(model.format).toBe(native ? 'native' : 'official');
    expect(model.tokenizer?.vocabSize).toBeGreaterThan(200);
    expect(model.preprocessor['image_mean']).toHaveLength(3);
    expect(model.generationConfig).toHaveProperty('eos_token_id');
    const stored = await weightsOf(fixture(name));
    const embeds = stored[native ? 'model.visual_embeddings_table.weight' : 'vte.weight']!;
    expect([...(await model.params['vte.weight']!.data())]).toEqual([...embeds.data]);
    tf.dispose(model.params);
  });

  it('is written again as it was: same tensors, same config, same files', async () => {
    const model = await openPretrained(fixture(name));
    const target = fresh();
    await savePretrained(target, model);
    tf.dispose(model.params);
    expect(await weightsOf(target)).toEqual(await weightsOf(fixture(name)));
    expect(await readJson(join(target, 'config.json'))).toEqual(
      await readJson(join(fixture(name), 'config.json')),
    );
    expect((await readdir(target)).sort()).toEqual((await readdir(fixture(name))).sort());
  });

  it('goes through our checkpoint and back, tensor by tensor', async () => {
    const [checkpoint, back] = [fresh(), fresh()];
    await (await planConversion(fixture(name), checkpoint, { to: 'checkpoint' })).write();
    const found = await openModel(checkpoint);
    expect(found).toMatchObject({ format: 'checkpoint', state: { stage: 2, step: 0, totalSteps: 0 } });
    await (
      await planConversion(`${checkpoint}/stage2-step000000`, back, { to: native ? 'native' : 'official' })
    ).write();
    expect(await weightsOf(back)).toEqual(await weightsOf(fixture(name)));
  });
});

describe('official and native', () => {
  it('native, official and native again: the same tensors', async () => {
    const [official, native] = [fresh(), fresh()];
    const there = await planConversion(fixture('native_ovis2'), official, { to: 'official' });
    expect(there.warnings.join()).toContain('skips the vision tower');
    await there.write();
    const config = (await openModel(official)).config;
    expect(config).toMatchObject({ generation: '2.0', visual: { finalNorm: false, indicators: 'in-text' } });
    await (await planConversion(official, native, { to: 'native' })).write();
    expect(await weightsOf(native)).toEqual(await weightsOf(fixture('native_ovis2')));
    const { config: before } = await openModel(fixture('native_ovis2'));
    expect((await openModel(native)).config).toEqual({
      ...before,
      multimodalMaxLength: config.multimodalMaxLength,
    });
  });

  it('official to native: q, k and v are thirds, new rows the mean, the vocabulary that of the tokens', async () => {
    const target = fresh();
    const plan = await planConversion(fixture('ovis20_aimv2_qwen25'), target, { to: 'native' });
    expect(plan.warnings).toEqual([
      expect.stringContaining('final RMSNorm'),
      expect.stringContaining('pictures are prepared differently'),
      expect.stringContaining('from 304 to 306'),
    ]);
    await plan.write();
    const [before, after] = [await weightsOf(fixture('ovis20_aimv2_qwen25')), await weightsOf(target)];
    const fused = before['visual_tokenizer.backbone.trunk.blocks.1.attn.qkv.weight']!.data as Float32Array;
    const third = fused.length / 3;
    const layer = 'model.vision_tower.transformer.encoder.layers.1.attention.';
    ['q', 'k', 'v'].forEach((letter, i) =>
      expect(after[`${layer}${letter}_proj.weight`]!.data).toEqual(fused.slice(i * third, (i + 1) * third)),
    );
    const table = before['llm.model.embed_tokens.weight']!.data as Float32Array;
    const larger = after['model.language_model.embed_tokens.weight']!;
    expect(larger.shape).toEqual([306, 24]);
    expect((larger.data as Float32Array).slice(0, table.length)).toEqual(table);
    const column = Array.from({ length: 304 }, (_, row) => table[row * 24 + 5]!);
    const mean = column.reduce((sum, x) => sum + x, 0) / 304;
    expect((larger.data as Float32Array)[305 * 24 + 5]).toBeCloseTo(mean, 7);
    expect((await openModel(target)).config.nativeIds).toEqual({
      image: 300,
      indicators: [301, 302, 303, 304, 305],
    });
  });

  it.each(['ovis10_clip_llama3', 'ovis16_siglip_llama32'])('%s cannot be native', async (name) => {
    await expect(planConversion(fixture(name), fresh(), { to: 'native' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(
        /vision tower is \w+, not aimv2; the language model is llama, not qwen2/,
      ),
    });
  });
});

it('a checkpoint without generation_config.json gets one from its tokenizer', async () => {
  const [bare, checkpoint, back] = [fresh(), fresh(), fresh()];
  await copyOf('ovis20_aimv2_qwen25', bare);
  await rm(join(bare, 'generation_config.json'));
  await (await planConversion(bare, checkpoint, { to: 'checkpoint' })).write();
  await (await planConversion(checkpoint, back, { to: 'official' })).write();
  expect(await readJson(join(back, 'generation_config.json'))).toEqual({
    eos_token_id: 299,
    pad_token_id: 297,
  });
});

it.each([
  ['ovis10_clip_qwen2', { crop_size: { height: 56, width: 56 }, do_center_crop: false, do_resize: true }],
  ['ovis16_siglip_llama32', { size: { height: 42, width: 42 }, image_mean: [0.5, 0.5, 0.5] }],
] as const)(
  '%s: the official code takes the written preprocessor_config.json of a model that said little in its own',
  async (name, wanted) => {
    const [bare, target] = [fresh(), fresh()];
    const storage = await copyOf(name, bare);
    await storage.put('preprocessor_config.json', JSON.stringify({ image_std: [0.5, 0.4, 0.3] }));
    await (await planConversion(bare, target, { to: 'official' })).write();
    const json = (await readJson(join(target, 'preprocessor_config.json'))) as Record<string, unknown>;
    expect(json).toMatchObject({ ...wanted, image_std: [0.5, 0.4, 0.3], resample: 3 });
    expect(json['do_center_crop']).not.toBe(true);
    // A tower's own file crops, as transformers' processors do; the official code refuses that.
    await storage.put('preprocessor_config.json', JSON.stringify({ ...json, do_center_crop: true }));
    const again = fresh();
    await (await planConversion(bare, again, { to: 'official' })).write();
    const saved = (await readJson(join(again, 'preprocessor_config.json'))) as Record<string, unknown>;
    if (name === 'ovis10_clip_qwen2') expect(saved['do_center_crop']).toBe(false);
  },
);

it('a config that leaves defaults out says them in the other format', async () => {
  const [short, native] = [fresh(), fresh()];
  const storage = await copyOf('ovis20_aimv2_qwen25', short);
  const config = structuredClone(await readJson(join(short, 'config.json'))) as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const tower = config['visual_tokenizer_config']!['backbone_config']!;
  for (const key of ['num_channels', 'rms_norm_eps', 'qkv_bias', 'use_bias']) delete tower[key];
  for (const key of ['rms_norm_eps', 'hidden_act', 'rope_scaling']) delete config['llm_config']![key];
  await rm(join(short, 'config.json'));
  await storage.put('config.json', JSON.stringify(config));
  await (await planConversion(short, native, { to: 'native' })).write();
  expect(await readJson(join(native, 'config.json'))).toMatchObject({
    text_config: { num_key_value_heads: 2, rms_norm_eps: 1e-6, hidden_act: 'silu', rope_theta: 1e6 },
    vision_config: { num_channels: 3, rms_norm_eps: 1e-5, qkv_bias: false, mlp_bias: false },
  });
});

describe('shards and types', () => {
  it('cuts by size, with an index; reads them again; bf16 halves the size', async () => {
    const [whole, target] = [fresh(), fresh()];
    await (
      await planConversion(fixture('ovis20_aimv2_qwen25'), whole, { to: 'official', dtype: 'bf16' })
    ).write();
    const plan = await planConversion(whole, target, { to: 'official', maxShardBytes: 40_000 });
    await plan.write();
    const shards = (await readdir(target)).filter((file) => file.endsWith('.safetensors'));
    expect(shards).toEqual([1, 2, 3, 4].map((i) => `model-0000${i}-of-00004.safetensors`));
    expect(plan.files.filter(({ bytes }) => bytes > 45_000)).toEqual([]);
    const index = await readJson(join(target, 'model.safetensors.index.json'));
    expect(index['metadata']).toEqual({ total_size: plan.parameters * 2 });
    expect(await readAll((await openModel(target)).tensors)).toEqual(await weightsOf(whole));
    expect(await readJson(join(target, 'config.json'))).toMatchObject({ torch_dtype: 'bfloat16' });
  });

  it('an index that does not fit its shards is refused', async () => {
    const target = fresh();
    await (
      await planConversion(fixture('ovis20_aimv2_qwen25'), target, { to: 'official', maxShardBytes: 80_000 })
    ).write();
    const storage = openStorage(pathToFileURL(target).href);
    const key = 'model.safetensors.index.json';
    const index = await readJson(join(target, key));
    const map = index['weight_map'] as Record<string, string>;
    const put = (change: Record<string, string>) =>
      storage.put(key, JSON.stringify({ ...index, weight_map: { ...map, ...change } }));
    const first = Object.values(map)[0]!;
    await put({ 'not.there': first });
    await expect(openModel(target)).rejects.toThrow('names tensors that its shards lack: not.there');
    await put({ 'vte.weight': 'model-9.safetensors' });
    await expect(openModel(target)).rejects.toThrow('names model-9.safetensors, which is not there');
    await put({ 'vte.weight': '../model.safetensors' });
    await expect(openModel(target)).rejects.toMatchObject({ code: 'BAD_INDEX' });
  });
});

describe('weights that do not fit', () => {
  const spoiled = async (name: string, change: (tensors: HostTensors) => HostTensors) => {
    const target = fresh();
    const storage = await copyOf(name, target);
    await rm(join(target, 'model.safetensors'));
    await writeTensors(storage, 'model.safetensors', change(await weightsOf(fixture(name))));
    return openModel(target);
  };

  it('missing, extra and mis-shaped tensors are listed by name', async () => {
    const opened = spoiled(
      'ovis10_clip_llama3',
      ({ 'vte.weight': vte, 'llm.lm_head.weight': _, ...rest }) => ({
        ...rest,
        'vte.weight': { ...vte!, shape: [...vte!.shape].reverse() },
        'llm.extra': { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
      }),
    );
    await expect(opened).rejects.toThrow(
      /1 missing: llm\.lm_head\.weight; 1 unknown: llm\.extra; 1 with another shape: vte\.weight is \[32,128\]/,
    );
  });

  it('the same by native names', async () => {
    const norm = 'model.vision_tower.head_norm.weight';
    const q = 'model.vision_tower.transformer.encoder.layers.0.attention.q_proj.weight';
    const opened = spoiled('native_ovis2', ({ [norm]: _, [q]: query, ...rest }) => ({
      ...rest,
      [q]: { ...query!, shape: [12, 48] },
      'model.more': { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
    }));
    await expect(opened).rejects.toThrow(
      `1 missing: ${norm}; 1 unknown: model.more; 1 with another shape: ${q} is [12,48], the config says [24,24]`,
    );
  });

  it('buffers are left out; so is the lm_head of a tied model, but only if it is the table', async () => {
    const head = (change: number) => (tensors: HostTensors) => {
      const table = tensors['llm.model.embed_tokens.weight']!;
      const data = (table.data as Float32Array).slice();
      data[7]! += change;
      const buffer = { dtype: 'F32' as const, shape: [1], data: Float32Array.of(0) };
      return {
        ...tensors,
        'llm.lm_head.weight': { ...table, data },
        'llm.model.layers.0.self_attn.rotary_emb.inv_freq': buffer,
      };
    };
    const names = Object.keys((await spoiled('ovis20_aimv2_qwen25', head(0))).tensors);
    expect(names.sort()).toEqual(Object.keys(await weightsOf(fixture('ovis20_aimv2_qwen25'))).sort());
    await expect(spoiled('ovis20_aimv2_qwen25', head(1))).rejects.toThrow('config.json ties the embeddings');
  });

  it('an lm_head is believed missing for tying only where config.json does not say', async () => {
    const target = fresh();
    const storage = await copyOf('ovis10_clip_llama3', target);
    const { 'llm.lm_head.weight': _, ...rest } = await weightsOf(target);
    await rm(join(target, 'model.safetensors'));
    await writeTensors(storage, 'model.safetensors', rest);
    await expect(openModel(target)).rejects.toThrow('1 missing: llm.lm_head.weight');
    const config = await readJson(join(target, 'config.json'));
    const { tie_word_embeddings: __, ...llm } = config['llm_config'] as Record<string, unknown>;
    await rm(join(target, 'config.json'));
    await storage.put('config.json', JSON.stringify({ ...config, llm_config: llm }));
    const model = await openModel(target);
    expect(model.config.llm.tieWordEmbeddings).toBe(true);
    expect(model.configJson).toMatchObject({ llm_config: { tie_word_embeddings: true } });
  });

  it('integers are no weights', async () => {
    const model = spoiled('ovis10_clip_llama3', (tensors) => ({
      ...tensors,
      'visual_tokenizer.head.1.bias': { dtype: 'I32', shape: [126], data: new Int32Array(126) },
    }));
    const { url } = await model;
    await expect(openPretrained(url)).rejects.toThrow('visual_tokenizer.head.1.bias is of I32, no floats');
  });

  it('a pickle is refused with a way out, and so is nothing', async () => {
    const target = fresh();
    await copyOf('ovis10_clip_llama3', target);
    await rm(join(target, 'model.safetensors'));
    await writeFile(join(target, 'pytorch_model.bin'), 'pickle');
    await expect(openModel(target)).rejects.toMatchObject({
      code: 'NO_WEIGHTS',
      hint: expect.stringContaining('safe_serialization=True'),
    });
    await rm(join(target, 'pytorch_model.bin'));
    await expect(openModel(target)).rejects.toThrow('has neither model.safetensors nor');
    await expect(openModel(fresh())).rejects.toMatchObject({ code: 'NO_MODEL' });
  });
});

describe('the target', () => {
  const source = fixture('ovis20_aimv2_qwen25');

  it.each(['official', 'native'] as const)('%s: is never overwritten, not even a part of it', async (to) => {
    const target = fresh();
    await mkdir(target);
    await writeFile(join(target, 'mine.txt'), 'mine');
    await expect(planConversion(source, target, { to })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(await readdir(target)).toEqual(['mine.txt']);
    await expect(planConversion(source, join(target, 'mine.txt'), { to })).rejects.toMatchObject({
      code: 'TARGET_EXISTS',
    });
  });

  it('filled between plan and writing: refused, and left as it is', async () => {
    const target = fresh();
    const plan = await planConversion(source, target, { to: 'official' });
    await mkdir(target);
    await writeFile(join(target, 'mine.txt'), 'mine');
    await expect(plan.write()).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(await readdir(target)).toEqual(['mine.txt']);
  });

  it.each(['official', 'native', 'checkpoint'] as const)(
    '%s: stopped half-way leaves nothing',
    async (to) => {
      const parent = fresh();
      let chunks = 0;
      // Aborts while the weights are written, at the twentieth chunk.
      const signal = Object.defineProperty(new AbortController().signal, 'aborted', {
        get: () => ++chunks > 20,
      });
      const plan = await planConversion(source, join(parent, 'target'), {
        to,
        signal,
        maxShardBytes: 20_000,
      });
      await expect(plan.write()).rejects.toMatchObject({ code: 'STOPPED' });
      const left = await readdir(parent, { recursive: true, withFileTypes: true }).catch(() => []);
      expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
    },
  );

  it('a checkpoint of that stage is not replaced', async () => {
    const target = fresh();
    await (await planConversion(source, target, { to: 'checkpoint' })).write();
    await expect(planConversion(source, target, { to: 'checkpoint' })).rejects.toMatchObject({
      code: 'TARGET_EXISTS',
    });
    await (await planConversion(source, target, { to: 'checkpoint', stage: 3 })).write();
    expect((await openModel(target)).state?.stage).toBe(3);
  });

  it('a damaged checkpoint is refused', async () => {
    const target = fresh();
    await (await planConversion(source, target, { to: 'checkpoint' })).write();
    const files = await readdir(target, { recursive: true });
    const file = join(
      target,
      files.find((name) => name.endsWith('llm.safetensors'))!,
    );
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    // Its weights are checked as they are read.
    await expect(openPretrained(target)).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});
