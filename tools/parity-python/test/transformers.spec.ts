import { encodeSafetensors, decodeSafetensors, type HostTensors } from '@ovis/checkpoint';
import {
  llmLogits,
  mergedBatchTensors,
  mergeLayout,
  planMerge,
  RandomStream,
  type MergeSample,
} from '@ovis/model';
import { openPretrained, planConversion, savePretrained, type PretrainedModel } from '@ovis/pretrained';
import { initEngine, tf } from '@ovis/tensorflow';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPython, reference } from '../src/find-python.ts';

const { python, missing } = findPython();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../libs/model/fixtures/${name}/checkpoint`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ovis-transformers-'));
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(python === undefined)(`against Python ${missing ? `(${missing})` : ''}`, () => {
  it('its safetensors reads every type that we write', async () => {
    const tensors: HostTensors = {
      f32: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -0, 1e-40, Infinity) },
      bf16: { dtype: 'BF16', shape: [3], data: Uint16Array.of(0x3f80, 0x0001, 0xff80) },
      f16: { dtype: 'F16', shape: [2], data: Uint16Array.of(0x0001, 0x7bff) },
      i32: { dtype: 'I32', shape: [1], data: Int32Array.of(-7) },
      scalar: { dtype: 'F32', shape: [], data: Float32Array.of(3) },
      nothing: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
    };
    const file = join(folder, 'types.safetensors');
    await writeFile(file, encodeSafetensors(tensors, { format: 'pt' }));
    const names = { F32: 'float32', BF16: 'bfloat16', F16: 'float16', I32: 'int32' } as Record<
      string,
      string
    >;
    const expected = Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      {
        dtype: `torch.${names[dtype]}`,
        shape,
        bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
      },
    ]);
    expect(reference(python!, ['tensors', file])).toEqual({
      metadata: { format: 'pt' },
      tensors: Object.fromEntries(expected),
    });
  });

  it.each([
    ['an official Ovis 2, converted', 'ovis20_aimv2_qwen25', 'keep'],
    ['the same in bf16', 'ovis20_aimv2_qwen25', 'bf16'],
    ['a native one', 'native_ovis2', 'keep'],
  ] as const)('%s gives the same logits in transformers', async (_, name, dtype) => {
    const target = join(folder, `${name}-${dtype}`);
    const plan = await planConversion(fixture(name), target, { to: 'native', dtype, maxShardBytes: 60_000 });
    await plan.write();
    const model = await openPretrained(target);
    await expectSameLogits(model, target);
    tf.dispose(model.params);
  });

  it('a model written from memory gives the same logits in transformers', async () => {
    const model = await openPretrained(fixture('native_ovis2'));
    const target = join(folder, 'from-memory');
    await savePretrained(target, model);
    await expectSameLogits(model, target);
    tf.dispose(model.params);
  });

  it('its tokenizer knows the image tokens, and the chat template pictures', async () => {
    const target = join(folder, 'tokens');
    await (await planConversion(fixture('ovis20_aimv2_qwen25'), target, { to: 'native' })).write();
    const { tokenizer, config, params } = await openPretrained(target);
    tf.dispose(params);
    const texts = ['<IMG_START><IMG_ATOM><IMG_GRID><IMG_COL><IMG_ROW><IMG_END>', 'How many cups are there?'];
    const found = reference(python!, ['tokens', target], JSON.stringify(texts)) as Record<string, unknown>;
    expect(found['ids']).toEqual(texts.map((text) => tokenizer!.encode(text)));
    const [start, grid, col, row, end] = config.nativeIds!.indicators;
    const { image } = config.nativeIds!;
    expect((found['ids'] as number[][])[0]).toEqual([start, image, grid, col, row, end]);
    expect(found['image_token_id']).toBe(image);
    expect(found['chat']).toBe(
      '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>\nWhat is it?<|im_end|>\n<|im_start|>assistant\n',
    );
  });
});

/** Two samples: two tiles of noise with all indicators, and one tile; logits at every attended position. */
async function expectSameLogits({ config, params }: PretrainedModel, target: string): Promise<void> {
  const layout = mergeLayout(config);
  const { image, indicators } = config.nativeIds!;
  const [start, grid, col, row, end] = indicators;
  const atoms = Array.from({ length: layout.rowsPerImage }, () => image);
  const samples: MergeSample[] = [
    [5, 17, start, ...atoms, grid, ...atoms, col, row, end, 40, 41, 42],
    [7, start, ...atoms, grid, end, 9],
  ].map((inputIds) => ({ inputIds, labels: inputIds }));
  const plan = planMerge(samples, { ...layout, maxLength: 64 });
  const side = config.visual.backbone.imageSize;
  const pixels = new RandomStream(3, 'pixels').normals(3 * 3 * side * side, 0, 1);
  const batch = mergedBatchTensors(config, plan, pixels);
  const ours = tf.tidy(() => llmLogits(config, params, batch));
  const ids = new Int32Array(plan.batch * plan.length);
  samples.forEach(({ inputIds }, i) => ids.set(inputIds, i * plan.length));
  const shape = [plan.batch, plan.length];
  const inputs: HostTensors = {
    input_ids: { dtype: 'I32', shape, data: ids },
    attention_mask: { dtype: 'I32', shape, data: plan.attentionMask },
    pixel_values: { dtype: 'F32', shape: [3, 3, side, side], data: pixels },
  };
  const [given, answer] = [join(folder, 'given.safetensors'), join(folder, 'answer.safetensors')];
  await writeFile(given, encodeSafetensors(inputs));
  const loading = reference(python!, ['logits', target, given, answer]);
  expect(loading).toMatchObject({ missing_keys: [], unexpected_keys: [], mismatched_keys: [] });
  const { logits } = decodeSafetensors(await readFile(answer)).tensors;
  expect(logits!.shape).toEqual(ours.shape);
  const vocab = config.llm.vocabSize;
  const [mine, theirs] = [await ours.data(), logits!.data as Float32Array];
  let largest = 0;
  let difference = 0;
  plan.attentionMask.forEach((attended, at) => {
    if (!attended) return;
    for (let i = at * vocab; i < (at + 1) * vocab; i++) {
      largest = Math.max(largest, Math.abs(theirs[i]!));
      difference = Math.max(difference, Math.abs(mine[i]! - theirs[i]!));
    }
  });
  tf.dispose([ours, batch]);
  expect(largest).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-4 * largest);
}
