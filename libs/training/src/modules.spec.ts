import { parameterShapes } from '@ovis/model';
import { describe, expect, it } from 'vitest';
import { ovis10 } from '../test/golden.ts';
import { isDecayed, trainableNames } from './modules.ts';

const { config } = ovis10;
const names = Object.keys(parameterShapes(config));

describe('trainableNames', () => {
  it.each([1, 2, 3])('selects what the official stage %i trains', (stage) => {
    const golden = ovis10.stage(stage);
    const begin = golden.arguments['visual_re_init_layer_begin'];
    const selected = trainableNames(golden.arguments['train_modules']!.split('|'), config, names, {
      reinitLayersFrom: begin === undefined ? undefined : Number(begin),
    });
    expect([...selected].sort()).toEqual([...golden.trainable].sort());
  });

  it('counts blocks from the end and re-initialises the last by default', () => {
    const last = trainableNames(['visual_tokenizer.backbone.layer.-1'], config, names);
    expect(last).toHaveLength(16);
    expect(last[0]).toContain('.layers.2.');
    expect(trainableNames(['visual_tokenizer.backbone.layer.2'], config, names)).toEqual(last);
    expect(trainableNames(['visual_tokenizer.re_init_layers'], config, names)).toEqual(last);
    expect(
      trainableNames(['visual_tokenizer.re_init_layers'], config, names, { reinitLayersFrom: 1 }),
    ).toHaveLength(32);
  });

  it('adds up modules', () => {
    const llm = names.filter((name) => name.startsWith('llm.'));
    expect(trainableNames(['llm', 'vte'], config, names)).toHaveLength(llm.length + 1);
    const backbone = trainableNames(['visual_tokenizer.backbone'], config, names);
    const tokenizer = trainableNames(['visual_tokenizer'], config, names);
    expect(tokenizer).toHaveLength(backbone.length + 3);
  });

  it.each([
    ['UNKNOWN_MODULE', ['vtee']],
    ['UNKNOWN_MODULE', ['visual_tokenizer.backbone.layer.3']],
    ['UNKNOWN_MODULE', ['visual_tokenizer.backbone.layer.-4']],
    ['NOTHING_TO_TRAIN', []],
  ])('says %s for %j', (code, modules) => {
    expect(() => trainableNames(modules, config, names)).toThrow(
      expect.objectContaining({ code, hint: expect.stringMatching(/./) }),
    );
  });
});

describe('isDecayed', () => {
  it('spares biases and LayerNorms only', () => {
    const spared = names.filter((name) => !isDecayed(name) && !name.endsWith('.bias'));
    expect(spared.every((name) => name.includes('norm') || name.includes('head.1'))).toBe(true);
    // Two per block, one before and one after the blocks, one in the head.
    expect(spared).toHaveLength(2 * 3 + 2 + 1);
    expect(isDecayed('vte.weight')).toBe(true);
    expect(isDecayed('llm.model.norm.weight')).toBe(true);
  });
});
