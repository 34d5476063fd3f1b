import { expect, it } from 'vitest';
import { GoldenCase } from '../../test/golden.ts';
import { nativeNamesOf, nativeTensors } from './native-names.ts';

it('names and shapes are those of the checkpoint that transformers wrote', () => {
  const golden = new GoldenCase('native_ovis2');
  const stored = golden.tensors('checkpoint/model.safetensors');
  const expected = Object.fromEntries(Object.entries(stored).map(([name, { shape }]) => [name, shape]));
  const mapped = nativeTensors(golden.config).map(({ native, shape }) => [native, shape]);
  expect(Object.fromEntries(mapped)).toEqual(expected);
});

it('covers every tensor of an official Ovis 2, q, k and v as thirds', () => {
  const golden = new GoldenCase('ovis20_aimv2_qwen25');
  const list = nativeTensors(golden.config);
  expect(new Set(list.map(({ official }) => official))).toEqual(
    new Set(Object.keys(golden.tensors('checkpoint/model.safetensors'))),
  );
  const fused = 'visual_tokenizer.backbone.trunk.blocks.1.attn.qkv.weight';
  const layer = 'model.vision_tower.transformer.encoder.layers.1.attention';
  expect(list.filter(({ official }) => official === fused)).toEqual(
    ['q', 'k', 'v'].map((name, part) => ({
      native: `${layer}.${name}_proj.weight`,
      shape: [24, 24],
      official: fused,
      part,
      parts: 3,
    })),
  );
});

it('has no place for other towers', () => {
  expect(() => nativeNamesOf('visual_tokenizer.backbone.vision_model.post_layernorm.weight')).toThrow(
    'native ovis2 has no place for visual_tokenizer.backbone.vision_model.post_layernorm.weight',
  );
});
