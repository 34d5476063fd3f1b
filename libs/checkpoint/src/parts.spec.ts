import { describe, expect, it } from 'vitest';
import type { HostTensors } from './host-tensors.ts';
import { copyTensors, joinParts, splitBySize, splitParts } from './parts.ts';

const tensor = (length: number): HostTensors[string] => ({
  dtype: 'F32',
  shape: [length],
  data: new Float32Array(length).fill(length),
});

const model: HostTensors = {
  'vte.weight': tensor(1),
  'visual_tokenizer.head.0.weight': tensor(2),
  'visual_tokenizer.head.1.bias': tensor(3),
  'visual_tokenizer.backbone.vision_model.post_layernorm.weight': tensor(4),
  'llm.model.embed_tokens.weight': tensor(5),
  'llm.lm_head.weight': tensor(6),
};

describe('parts', () => {
  it('follow the official names', () => {
    const parts = splitParts(model);
    expect(
      Object.fromEntries(Object.entries(parts).map(([part, held]) => [part, Object.keys(held)])),
    ).toEqual({
      vte: ['vte.weight'],
      visual_head: ['visual_tokenizer.head.0.weight', 'visual_tokenizer.head.1.bias'],
      vit: ['visual_tokenizer.backbone.vision_model.post_layernorm.weight'],
      llm: ['llm.model.embed_tokens.weight', 'llm.lm_head.weight'],
    });
    expect(joinParts({ ...parts, optimizer: { 'm.vte.weight': tensor(1) } })).toEqual(model);
    expect(parts.vte['vte.weight']).toBe(model['vte.weight']);
  });

  it('refuse a foreign tensor', () => {
    expect(() => splitParts({ 'lm_head.weight': tensor(1) })).toThrow(/'lm_head\.weight'.*llm\.\*/);
  });

  it('split by size, without tearing a tensor', () => {
    const sizes = (max: number): number[][] =>
      splitBySize(model, max).map((group) => Object.values(group).map((held) => held.data.length));
    expect(sizes(1000)).toEqual([[6, 5, 4, 2, 3, 1]]);
    expect(sizes(10 * 4)).toEqual([[6], [5, 4], [2, 3, 1]]);
    expect(sizes(1)).toEqual([[6], [5], [4], [2], [3], [1]]);
    expect(splitBySize({}, 1)).toEqual([{}]);
  });

  it('copy their data', () => {
    const copy = copyTensors(model);
    expect(copy).toEqual(model);
    model['vte.weight']!.data[0] = 99;
    expect(copy['vte.weight']?.data[0]).toBe(1);
    model['vte.weight']!.data[0] = 1;
  });
});
