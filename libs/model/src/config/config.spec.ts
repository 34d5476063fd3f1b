import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GoldenCase } from '../../test/golden.ts';
import {
  imageTokenRows,
  newOvisConfig,
  parseDecoderConfig,
  parseOvisConfig,
  parseVisionConfig,
} from './index.ts';
import { describeModel } from '../describe.ts';
import { checkParams, parameterShapes } from '../parameter-shapes.ts';

type Json = Record<string, unknown>;

describe.each(['ovis10_clip_qwen2', 'ovis10_clip_llama3'])('%s', (name) => {
  const golden = new GoldenCase(name);
  const stored = golden.tensors('checkpoint/model.safetensors');

  it('parameterShapes are those of the checkpoint', () => {
    const shapes = Object.fromEntries(Object.entries(stored).map(([key, { shape }]) => [key, shape]));
    expect(parameterShapes(golden.config)).toEqual(shapes);
    expect(() => checkParams(golden.config, stored)).not.toThrow();
  });

  it('describeModel counts every weight once', () => {
    const sizes = Object.values(stored).map(({ data }) => data.length);
    expect(describeModel(golden.config).total).toBe(sizes.reduce((a, b) => a + b));
  });

  it('an image takes its 16 patches and two indicators', () => {
    expect(imageTokenRows(golden.config)).toBe(18);
  });
});

describe('checkParams', () => {
  const golden = new GoldenCase('ovis10_clip_llama3');
  const stored = golden.tensors('checkpoint/model.safetensors');

  it('lists missing, unknown and mis-shaped names', () => {
    const { 'vte.weight': _vte, ...rest } = stored;
    const wrong = { ...rest, 'llm.extra': { shape: [1] }, 'visual_tokenizer.head.1.bias': { shape: [3] } };
    expect(() => checkParams(golden.config, wrong)).toThrow(
      'the weights do not fit config.json: 1 missing: vte.weight; 1 unknown: llm.extra; ' +
        '1 with another shape: visual_tokenizer.head.1.bias is [3], the config says [126]',
    );
  });

  it('ignores the buffers of old files', () => {
    const old = {
      ...stored,
      'visual_tokenizer.backbone.vision_model.embeddings.position_ids': { shape: [1, 17] },
    };
    expect(() => checkParams(golden.config, old)).not.toThrow();
  });

  it('a tied lm_head is absent', () => {
    const tied = { ...golden.config, llm: { ...golden.config.llm, tieWordEmbeddings: true } };
    expect(() => checkParams(tied, stored)).toThrow('1 unknown: llm.lm_head.weight');
  });
});

describe('parseOvisConfig', () => {
  const official = () => new GoldenCase('ovis10_clip_qwen2').json('checkpoint/config.json') as Json;
  const nested = (path: string[], value: unknown): Json => {
    const json = structuredClone(official());
    let at = json;
    for (const key of path.slice(0, -1)) at = at[key] as Json;
    at[path.at(-1) as string] = value;
    return json;
  };

  it('reads what the model needs', () => {
    const config = parseOvisConfig(official());
    expect(config).toMatchObject({
      hiddenSize: 64,
      multimodalMaxLength: 512,
      conversationFormatter: 'QwenConversationFormatter',
      llm: {
        family: 'qwen2',
        kvHeads: 2,
        headDim: 16,
        qkvBias: true,
        ropeTheta: 1e6,
        tieWordEmbeddings: false,
      },
      visual: { vocabSize: 512, reserved: 2, tokenizeFunction: 'softmax', dropClsToken: true },
    });
  });

  it.each([
    [['llm_config', 'hidden_size'], null, 'BAD_CONFIG', 'llm_config.hidden_size is missing'],
    [['llm_config', 'num_hidden_layers'], 1.5, 'BAD_CONFIG', 'llm_config.num_hidden_layers is 1.5'],
    [
      ['llm_config', 'num_key_value_heads'],
      3,
      'BAD_CONFIG',
      'llm_config.num_key_value_heads is 3, a divisor of 4 heads',
    ],
    [['llm_config', 'model_type'], 'mistral', 'UNSUPPORTED', 'llm_config.model_type is "mistral"'],
    [['llm_config', 'rope_scaling'], { type: 'yarn' }, 'UNSUPPORTED', 'llm_config.rope_scaling.type'],
    [
      ['visual_tokenizer_config', 'tokenize_function'],
      'argmax',
      'UNSUPPORTED',
      'tokenize_function is "argmax"',
    ],
    [
      ['visual_tokenizer_config', 'backbone_config', 'patch_size'],
      999,
      'BAD_CONFIG',
      'backbone_config.patch_size is 999',
    ],
    [['visual_tokenizer_config', 'backbone_config'], 'clip', 'BAD_CONFIG', 'an object is needed'],
    [['model_type'], 'llava', 'UNSUPPORTED', 'model_type is "llava"'],
    [['hidden_size'], 32, 'BAD_CONFIG', "hidden_size is 32, the LLM's hidden_size (64)"],
  ])('%j = %j is %s', (path, value, code, message) => {
    const parse = () => parseOvisConfig(nested(path, value));
    expect(parse).toThrow(expect.objectContaining({ code }));
    expect(parse).toThrow(message);
  });
});

describe('hidden_stride', () => {
  const withStride = (name: 'ovis10_clip_qwen2' | 'ovis15_siglip_gemma2', hiddenStride: number): Json => {
    const json = structuredClone(new GoldenCase(name).json('checkpoint/config.json')) as Json;
    (json['visual_tokenizer_config'] as Json)['hidden_stride'] = hiddenStride;
    return json;
  };

  it('is not looked at by the CLIP tokenizers of 1.0 and 1.5', () => {
    const clip = withStride('ovis10_clip_qwen2', 2);
    expect(parseOvisConfig(clip).visual.hiddenStride).toBe(1);
    expect(imageTokenRows(parseOvisConfig(clip))).toBe(18);
    (clip['visual_tokenizer_config'] as Json)['hd_booster'] = null;
    expect(parseOvisConfig(clip)).toMatchObject({ generation: '1.5', visual: { hiddenStride: 1 } });
    delete (clip['visual_tokenizer_config'] as Json)['hd_booster'];
    delete (clip['visual_tokenizer_config'] as Json)['use_indicators'];
    expect(parseOvisConfig(clip)).toMatchObject({ generation: '1.6', visual: { hiddenStride: 2 } });
    const { llm_config: llm, visual_tokenizer_config: visual } = clip as Record<string, Json>;
    const vit = visual!['backbone_config'] as Json;
    expect(() => newOvisConfig({ vit, llm: llm!, visualVocabSize: 64, hiddenStride: 2 })).toThrow(
      'hiddenStride is 2, and Ovis 1.0 merges no patches of CLIP',
    );
  });

  it('divides the grid in 1.5', () => {
    expect(parseOvisConfig(withStride('ovis15_siglip_gemma2', 3)).visual.hiddenStride).toBe(3);
    expect(() => parseOvisConfig(withStride('ovis15_siglip_gemma2', 2))).toThrow(
      "visual_tokenizer_config.hidden_stride is 2, a divisor of the grid's 3 patches per side",
    );
  });
});

it.each([
  ['ovis10_clip_llama3', '1.0', 'clip', 'wrapped'],
  ['ovis15_siglip_gemma2', '1.5', 'siglip', 'wrapped'],
  ['ovis16_siglip_llama32', '1.6', 'siglip', 'in-text'],
  ['ovis20_aimv2_qwen25', '2.0', 'aimv2', 'in-text'],
  ['native_ovis2', 'native', 'aimv2', 'in-text'],
] as const)('%s is of generation %s', (name, generation, kind, indicators) => {
  const { config } = new GoldenCase(name);
  expect(config.generation).toBe(generation);
  expect(config.visual.backbone.kind).toBe(kind);
  expect(config.visual.indicators).toBe(indicators);
  expect(config.visual.finalNorm).toBe(generation === 'native');
});

it('newOvisConfig joins a tower and an LLM of each generation', () => {
  for (const name of ['ovis15_siglip_gemma2', 'ovis16_siglip_llama32', 'ovis20_aimv2_qwen25'] as const) {
    const { config, ...golden } = new GoldenCase(name);
    const json = JSON.parse(readFileSync(`${golden.folder}checkpoint/config.json`, 'utf8')) as {
      llm_config: Json;
      visual_tokenizer_config: Json;
    };
    const { hiddenStride, booster, vocabSize } = config.visual;
    const made = newOvisConfig({
      vit: json.visual_tokenizer_config['backbone_config'] as Json,
      llm: json.llm_config,
      visualVocabSize: vocabSize,
      generation: config.generation as '2.0',
      hiddenStride,
      ...(booster ? { booster } : {}),
      multimodalMaxLength: config.multimodalMaxLength,
    });
    expect(parseOvisConfig(made)).toEqual(config);
  }
});

it('newOvisConfig joins two backbones into an official config', () => {
  const { llm_config: llm, visual_tokenizer_config: visual } = new GoldenCase('ovis10_clip_qwen2').json(
    'checkpoint/config.json',
  ) as { llm_config: Json; visual_tokenizer_config: Json };
  const vit = visual['backbone_config'] as Json;
  const json = newOvisConfig({ vit, llm, visualVocabSize: 512, multimodalMaxLength: 512 });
  expect(parseOvisConfig(json)).toEqual(new GoldenCase('ovis10_clip_qwen2').config);
  expect(parseVisionConfig({ model_type: 'clip', vision_config: vit })).toEqual(parseVisionConfig(vit));
  expect(parseDecoderConfig(llm).vocabSize).toBe(304);
});
