import { initEngine, tf } from '@ovis/tensorflow';
import { generateGreedy, visualTokens } from '@ovis/model';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openForInference,
  openPretrained,
  planConversion,
  savePretrained,
  tableStatistics,
} from '../src/index.ts';
import { fixture, temporaryFolder } from './samples.ts';

let folder: string;
beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Untied; Gemma 2 with quarters; tied. */
it.each(['ovis10_clip_llama3', 'ovis15_siglip_gemma2', 'ovis20_aimv2_qwen25'])(
  '%s: weights held as bfloat16 give what the same weights as fp32 give',
  async (name) => {
    const bf16 = join(folder, name);
    await (await planConversion(fixture(name), bf16, { to: 'official', dtype: 'bf16' })).write();
    const [held, wide] = [await openForInference(bf16), await openPretrained(bf16)];
    for (const [key, { dtype, rank }] of Object.entries(held.params)) {
      expect(dtype, key).toBe(rank > 1 ? 'bfloat16' : 'float32');
      expect(wide.params[key]!.dtype).toBe('float32');
    }

    const { imageSize } = held.config.visual.backbone;
    const channels = held.config.visual.booster ? 15 : 3;
    const pixels = tf.randomNormal([1, channels, imageSize, imageSize], 0, 1, 'float32', 3) as tf.Tensor4D;
    const tokens = [held, wide].map(({ config, params }) =>
      tf.tidy(() => visualTokens(config, params, pixels).dataSync()),
    );
    expect(tokens[0]).toEqual(tokens[1]);

    const prompts = [{ inputIds: [5, 6, 7, 8] }, { inputIds: [11, 12] }];
    const answer = { maxNewTokens: 12, eosTokenId: -1, repetitionPenalty: 1.2 };
    const ids = [
      await generateGreedy(held.config, held.params, prompts, answer),
      await generateGreedy(wide.config, wide.params, prompts, answer),
    ];
    expect(ids[0]).toEqual(ids[1]);
    expect(tableStatistics(held)).toEqual(tableStatistics(wide));

    const [a, b] = [join(folder, `${name}-held`), join(folder, `${name}-wide`)];
    await savePretrained(a, held);
    await savePretrained(b, wide);
    expect(await readFile(join(a, 'model.safetensors'))).toEqual(
      await readFile(join(b, 'model.safetensors')),
    );
    tf.dispose([held.params, wide.params, pixels]);
  },
);
