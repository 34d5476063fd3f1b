import { decodeSafetensors, readStored } from '@ovis/checkpoint';
import { parseDecoderConfig } from '@ovis/model';
import { TextTokenizer } from '@ovis/text';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertGguf, GgufFile, llmConfig, llmTensors, tokenizerFiles } from './index.ts';
import { dequantise, GGML_TYPES } from './dequantise.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/gguf/${name}`, import.meta.url));
const TINY = fixture('tiny-llama.gguf');

describe('dequantise', () => {
  // scripts/gguf-golden.py: random blocks, and behind them what llama.cpp's own Python package makes of them.
  it.each(Object.values(GGML_TYPES))('reads $name bit for bit as llama.cpp does', async (type) => {
    const golden = new Uint8Array(await readFile(fixture(`${type.name}.bin`)));
    const blocks = golden.length / (type.bytes + 4 * type.values);
    const expected = new Float32Array(golden.slice(blocks * type.bytes).buffer);
    expect(new Set(expected).size).toBeGreaterThan(40);
    const values = dequantise(type, golden.subarray(0, blocks * type.bytes));
    expect(values).toEqual(expected);
  });

  it('refuses a part of a block', () => {
    expect(() => dequantise(GGML_TYPES[8], new Uint8Array(35))).toThrow(
      expect.objectContaining({ code: 'BAD_GGUF' }),
    );
  });
});

describe('a file of the Llama architecture', () => {
  let file: GgufFile;
  let folder: string;
  beforeAll(async () => {
    file = await GgufFile.open(TINY);
    folder = await mkdtemp(join(tmpdir(), 'ovis-gguf-'));
  });
  afterAll(async () => {
    await file.close();
    await rm(folder, { recursive: true });
  });

  it('has the config of its Hugging Face release', () => {
    const config = llmConfig(file);
    expect(config).toMatchObject({
      model_type: 'llama',
      hidden_size: 64,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: true,
      attention_bias: false,
    });
    expect(parseDecoderConfig(config)).toMatchObject({
      family: 'llama',
      headDim: 16,
      layers: 2,
      intermediateSize: 96,
      ropeTheta: 100000,
      rmsNormEps: 1e-5,
      tieWordEmbeddings: true,
      qkvBias: false,
    });
  });

  it('has its weights under their names and in their order of rows', async () => {
    const tensors = llmTensors(file);
    expect(Object.keys(tensors)).toHaveLength(2 + 2 * 9);
    // The script counts the elements of every weight in steps of 1/64, in Hugging Face's order: exact in float32 and float16.
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) {
      const tensor = tensors[`model.layers.1.self_attn.${name}.weight`]!;
      expect(tensor.shape).toEqual([/^[qo]/.test(name) ? 64 : 32, 64]);
      const { data } = await readStored(tensor);
      expect(data).toEqual(Float32Array.from({ length: data.length }, (_, i) => i / 64));
    }
    const { data, shape } = await readStored(tensors['model.layers.0.mlp.down_proj.weight']!);
    expect(shape).toEqual([64, 96]);
    expect((data as Float32Array).subarray(0, 100)).toEqual(
      Float32Array.from({ length: 100 }, (_, i) => i / 64),
    );
  });

  it('reads any range of a tensor', async () => {
    const tensor = file.tensors.get('token_embd.weight')!;
    expect(tensor.type.name).toBe('Q8_0');
    const all = await file.read(tensor, 0, 64 * 8);
    expect(await file.read(tensor, 37, 301)).toEqual(all.slice(37, 301));
  });

  it('becomes a folder that is a language model', async () => {
    const { config, bytes } = await convertGguf(TINY, folder, { dtype: 'F16' });
    expect(config).toMatchObject({ hidden_size: 64, torch_dtype: 'float16' });
    expect((await readFile(join(folder, 'model.safetensors'))).length).toBe(bytes);
    await expect(convertGguf(TINY, folder)).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown;
    expect(await json('config.json')).toMatchObject({ model_type: 'llama', torch_dtype: 'float16' });
    const { tensors } = decodeSafetensors(new Uint8Array(await readFile(join(folder, 'model.safetensors'))));
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(llmTensors(file)).sort());
    expect(new Set(Object.values(tensors).map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
    const tokenizer = TextTokenizer.fromFiles(
      await json('tokenizer.json'),
      await json('tokenizer_config.json'),
    );
    expect(tokenizer.encode('<|im_start|> the<|im_end|>')).toEqual([
      1,
      tokenizer.tokenId('Ġthe'),
      tokenizer.tokenId('<|im_end|>'),
    ]);
    // Each digit alone, and never with the space in front of it.
    const words = tokenizer.encode(' 42').map((id) => tokenizer.token(id));
    expect(words).toEqual(['Ġ', '4', '2']);
  });

  it('keeps the chat template', () => {
    expect(tokenizerFiles(file).tokenizerConfig).toMatchObject({
      chat_template: expect.stringContaining('messages') as string,
      eos_token: '<|im_end|>',
      unk_token: '<|endoftext|>',
    });
  });
});

describe('a file of the Qwen2 architecture', () => {
  it('has biases, an output matrix, and q and k in their own order', async () => {
    const file = await GgufFile.open(fixture('tiny-qwen2.gguf'));
    expect(parseDecoderConfig(llmConfig(file))).toMatchObject({
      family: 'qwen2',
      qkvBias: true,
      tieWordEmbeddings: false,
    });
    const tensors = llmTensors(file);
    expect(Object.keys(tensors)).toHaveLength(3 + 9 + 3);
    expect(tensors['lm_head.weight']?.shape).toEqual([tokenizerSize(file), 64]);
    for (const name of ['q_proj.weight', 'k_proj.weight', 'k_proj.bias']) {
      const { data } = await readStored(tensors[`model.layers.0.self_attn.${name}`]!);
      expect(data).toEqual(Float32Array.from({ length: data.length }, (_, i) => i / 64));
    }
    await file.close();
  });

  it('splits text as the official tokenizer.json of the family says', async () => {
    const file = await GgufFile.open(fixture('tiny-qwen2.gguf'));
    const official = JSON.parse(
      await readFile(
        new URL('../../../text/fixtures/tokenizer/qwen/tokenizer.json', import.meta.url),
        'utf8',
      ),
    ) as Record<string, unknown>;
    const { tokenizer } = tokenizerFiles(file);
    for (const step of ['normalizer', 'pre_tokenizer', 'decoder'])
      expect(tokenizer[step]).toEqual(official[step]);
    await file.close();
  });

  const tokenizerSize = (file: GgufFile): number => file.metadata.strings('tokenizer.ggml.tokens').length;
});

describe('what cannot be read', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'ovis-gguf-'))));
  afterAll(() => rm(folder, { recursive: true }));

  /** The tiny file with some bytes replaced by as many others. */
  async function changed(from: string, to: string): Promise<string> {
    const bytes = await readFile(TINY);
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at, 'latin1');
    const path = join(folder, `${to}.gguf`);
    await writeFile(path, bytes);
    return path;
  }

  it.each([
    ['smollm', 'qwen99', "the pre-tokenizer 'qwen99'"],
    ['blk.1.attn_v', 'blk.1.attn_w', "a tensor 'blk.1.attn_w.weight'"],
  ])('refuses %s -> %s before it writes anything', async (from, to, message) => {
    const out = join(folder, `out-${to}`);
    const path = await changed(from, to);
    await expect(convertGguf(path, out)).rejects.toMatchObject({
      code: 'UNSUPPORTED_GGUF',
      message: expect.stringContaining(message) as string,
    });
    await expect(readFile(join(out, 'model.safetensors'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a file that ends early, one that is something else, and none', async () => {
    const bytes = await readFile(TINY);
    const short = join(folder, 'short.gguf');
    await writeFile(short, bytes.subarray(0, bytes.length - 1000));
    const other = join(folder, 'other.gguf');
    await writeFile(other, 'PK some archive, and long enough for a header of some kind');
    for (const path of [short, other, join(folder, 'none.gguf')])
      await expect(GgufFile.open(path)).rejects.toMatchObject({ code: 'BAD_GGUF' });
  });
});
