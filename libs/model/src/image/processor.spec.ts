import { describe, expect, it } from 'vitest';
import { GoldenCase } from '../../test/golden.ts';
import { CLIP_MEAN, CLIP_STD, imageProcessor, type PreprocessorJson } from './processor.ts';

const clip = new GoldenCase('ovis10_clip_qwen2').config;
const siglip = new GoldenCase('ovis16_siglip_llama32').config;
const half = [0.5, 0.5, 0.5];

describe('imageProcessor', () => {
  it('takes what the tower was published with when the file does not say', () => {
    expect(imageProcessor(clip)).toEqual({ size: 56, mean: CLIP_MEAN, std: CLIP_STD });
    expect(imageProcessor(siglip)).toEqual({ size: 42, mean: half, std: half });
  });

  it.each<PreprocessorJson>([
    { crop_size: { height: 56, width: 56 }, size: { shortest_edge: 64 } },
    { crop_size: 56, do_center_crop: true },
    { size: { shortest_edge: 56 }, crop_size: { height: 64, width: 64 }, do_center_crop: false },
    { size: { height: 56, width: 56 }, crop_size: null },
    { size: 56 },
    { crop_size: { height: 56, width: 56 }, do_center_crop: false },
  ])('reads the size of %o', (json) => {
    expect(imageProcessor(clip, { ...json, image_mean: half, rescale_factor: 0.00392156862745098 })).toEqual({
      size: 56,
      mean: half,
      std: CLIP_STD,
    });
  });

  it.each<[PreprocessorJson, RegExp]>([
    [{ crop_size: { height: 336, width: 336 } }, /pictures of 336 pixels, the tower takes 56/],
    [{ size: { shortest_edge: 336 }, do_center_crop: false }, /pictures of 336 pixels/],
    [{ size: { height: 56, width: 42 } }, /size .* is \{"height":56,"width":42\}/],
    [{ size: { longest_edge: 56 } as PreprocessorJson['size'] }, /size .* is \{"longest_edge":56\}/],
    [{ image_mean: [0.5] }, /image_mean .* is \[0.5\]/],
    [{ image_std: [0.5, 0, 0.5] }, /image_std .* is \[0.5,0,0.5\]/],
    [{ do_normalize: false }, /do_normalize .* is false/],
    [{ rescale_factor: 1 }, /rescale_factor .* is 1/],
    [{ resample: 2 }, /resample .* is 2/],
  ])('refuses %o', (json, message) => {
    const act = () => imageProcessor(clip, json);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', hint: expect.stringMatching(/./) }));
  });
});
