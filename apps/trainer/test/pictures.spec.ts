import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { joinParts, loadCheckpoint } from '@ovis/checkpoint';
import { parseRunConfig, type RunConfig } from '@ovis/config';
import { planConversion } from '@ovis/pretrained';
import { openStorage, readUrl, splitUrl } from '@ovis/storage';
import { initEngine } from '@ovis/tensorflow';
import { writeShards, type NewSample } from '@ovis/webdataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEvaluateJob } from '../src/evaluate-job.ts';
import { runGang } from './run-gang.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../libs/model/fixtures/${name}/`, import.meta.url));
let folder: string;
let url: string;
let runs = 0;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-pictures-'));
  url = pathToFileURL(folder).href;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const turns = (question: string, answer: string) => ({
  conversations: [
    { from: 'human', value: question },
    { from: 'gpt', value: answer },
  ],
  answer,
});

/** Samples without a picture, with one (wide: several tiles) and with two. */
async function samples(): Promise<NewSample[]> {
  const [wide, tall, square] = await Promise.all(
    ['wide', 'tall', 'square'].map((name) => readFile(`${fixture('ovis20_aimv2_qwen25')}images/${name}.png`)),
  );
  const all: { key: string; files: Record<string, Uint8Array>; json: object }[] = [
    { key: 'none', files: {}, json: turns('How many cups?', 'There are 3.') },
    { key: 'one', files: { png: wide! }, json: turns('<image>\nWhat color is the dog?', 'It is blue.') },
    {
      key: 'two',
      files: { '0.png': tall!, '1.png': square! },
      json: turns('Compare <image> and <image>.', 'A circle next to a square.'),
    },
    { key: 'first', files: { png: square!, '1.png': wide! }, json: turns('<image> or <image>?', 'Red.') },
  ];
  return all.map(({ key, files, json }) => ({ key, files: { ...files, json: JSON.stringify(json) } }));
}

/** A run whose stage 3 goes on from the model of a golden case. */
async function preparedRun(name: string, list: NewSample[]): Promise<{ run: RunConfig; from: string }> {
  const runId = `${name}-${++runs}`;
  await writeShards(list, {
    storage: openStorage(url),
    prefix: `${runId}/data/train-`,
    shards: 2,
  });
  const dataset = `${url}/${runId}/data/train-{000000..000001}.tar`;
  const plan = await planConversion(`${fixture(name)}checkpoint`, `${url}/${runId}/checkpoints`, {
    to: 'checkpoint',
  });
  await plan.write();
  const stage = (number: number) =>
    `  - { stage: ${number}, format: conversation, dataset: "${dataset}", steps: 2, batchSize: 4, warmupRatio: 0, learningRate: 1e-3 }`;
  const run = parseRunConfig(
    [
      'name: pictures',
      `storage: "${url}"`,
      'gang: { trainers: 1 }',
      `model: { backbones: "${url}/none", multimodalMaxLength: 256 }`,
      'data: { lanes: 2, shuffleBuffer: 0, maxPartition: { single: 4, multiple: 2 } }',
      'stages:',
      ...[1, 2, 3].map(stage),
      `evaluation: { dataset: "${dataset}", maxNewTokens: 4 }`,
    ].join('\n'),
    { file: 'pictures.yaml' },
  );
  return { run, from: `${url}/${runId}/checkpoints/stage2-step000000` };
}

describe.each([
  'ovis20_aimv2_qwen25',
  'ovis16_siglip_llama32',
  'ovis15_siglip_gemma2',
  'ovis10_clip_qwen2',
  'native_ovis2',
])('samples without, with one and with several pictures train a model of %s', (name) => {
  it('alike with one trainer and with two, and it answers questions about them', async () => {
    const { run, from } = await preparedRun(name, await samples());
    const one = await runGang({ run, stage: 3, world: 1, runId: `${name}-one`, from });
    const two = await runGang({ run, stage: 3, world: 2, runId: `${name}-two`, from });
    expect(one.losses).toHaveLength(2);
    expect(one.losses[1]).toBeLessThan(one.losses[0]!);
    two.losses.forEach((loss, step) => expect(loss / one.losses[step]!).toBeCloseTo(1, 4));
    const outputUrl = `${url}/${name}.jsonl`;
    await runEvaluateJob({
      request: {
        runId: name,
        gangId: 'g',
        rank: 0,
        world: 1,
        runConfigJson: JSON.stringify(run),
        checkpointUrl: one.checkpointUrl,
        blankImage: true,
        outputUrl,
      },
      emit: () => undefined,
      lanes: 1,
    });
    const lines = Buffer.from(await readUrl(outputUrl))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string });
    expect(lines.map(({ key }) => key).sort()).toEqual(['first', 'none', 'one', 'two']);
    expect(Object.keys(lines[0]!).sort()).toEqual(
      ['answer', 'blankPrediction', 'index', 'key', 'prediction', 'question', 'type'].sort(),
    );
  }, 120_000);
});

it('trains on samples of text alone: the visual part gets gradients of zero', async () => {
  const list = Array.from({ length: 4 }, (_, i) => ({
    key: `text${i}`,
    files: { json: JSON.stringify(turns(`How many cups? ${i}`, `There are ${i}.`)) },
  }));
  const { run, from } = await preparedRun('ovis20_aimv2_qwen25', list);
  const { losses, checkpointUrl } = await runGang({ run, stage: 3, world: 2, runId: 'text', from });
  expect(losses[1]).toBeLessThan(losses[0]!);
  const open = async (url: string) => {
    const { base, key: id } = splitUrl(url);
    return joinParts((await loadCheckpoint(openStorage(base), '', id)).parts);
  };
  const [before, after] = [await open(from), await open(checkpointUrl)];
  const of = (tensors: typeof before, name: string) => Array.from(tensors[name]!.data as Float32Array);
  const head = 'visual_tokenizer.head.0.weight';
  expect(of(after, head)).toEqual(of(before, head));
  expect(of(after, 'llm.model.norm.weight')).not.toEqual(of(before, 'llm.model.norm.weight'));
}, 120_000);

describe('a sample that cannot be used is an error that names it and its shard:', () => {
  const named = /sample 'pair\d' of .*train-00000[01]\.tar/;
  const picture = (name: string) => readFileSync(`${fixture('ovis20_aimv2_qwen25')}images/${name}.png`);
  const square = picture('square');
  /** 200 pixels wide and 1 high: nothing is left of its height. */
  const strip = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAMgAAAABCAAAAAC+1L4+AAAADElEQVR42mNoGCYAAEUSZAGerFrpAAAAAElFTkSuQmCC',
    'base64',
  );
  const two = turns('Compare <image> and <image>.', 'No.');

  const failing = async (files: Record<string, Uint8Array>, json: object) => {
    const list = Array.from({ length: 4 }, (_, i) => ({
      key: `pair${i}`,
      files: { ...files, json: JSON.stringify(json) },
    }));
    return preparedRun('ovis20_aimv2_qwen25', list);
  };

  it.each<[string, Record<string, Uint8Array>, object, RegExp]>([
    ['a picture less', { '0.png': square }, two, /has 1 pictures and 2 places/],
    [
      'a picture more',
      { '0.png': square, '1.png': square, '2.png': square },
      two,
      /has 3 pictures and 2 places/,
    ],
    ['one picture twice', { '1.jpg': square, '1.png': square }, two, /has \.1\.\w+ and \.1\.\w+/],
    ['a picture too thin', { png: strip }, turns('<image>?', 'No.'), /200x1 is too long and thin/],
    [
      'a role that no one has',
      { png: square },
      { conversations: [{ from: 'user', value: '<image>?' }], answer: 'No.' },
      /comes from 'user'/,
    ],
  ])('%s', async (_what, files, json, message) => {
    const { run, from } = await failing(files, json);
    const training = runGang({ run, stage: 3, world: 1, runId: 'bad', from });
    await expect(training).rejects.toMatchObject({
      code: 'BAD_DATA',
      message: expect.stringMatching(new RegExp(`${named.source}.*${message.source}`)) as string,
      hint: expect.stringMatching(/./) as string,
    });
  });

  it('also in a question of the evaluation', async () => {
    const { run, from } = await failing({ '0.png': square }, two);
    const request = {
      runId: 'bad',
      gangId: 'g',
      rank: 0,
      world: 1,
      runConfigJson: JSON.stringify(run),
      checkpointUrl: from,
      blankImage: false,
      outputUrl: `${url}/bad.jsonl`,
    };
    await expect(runEvaluateJob({ request, emit: () => undefined, lanes: 1 })).rejects.toMatchObject({
      code: 'BAD_DATA',
      message: expect.stringMatching(new RegExp(`${named.source} has 1 pictures and 2 places`)) as string,
    });
  });
});
