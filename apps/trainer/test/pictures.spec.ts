import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseRunConfig, type RunConfig } from '@ovis/config';
import { planConversion } from '@ovis/pretrained';
import { openStorage, readUrl } from '@ovis/storage';
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

describe.each(['ovis20_aimv2_qwen25', 'ovis15_siglip_gemma2', 'ovis10_clip_qwen2', 'native_ovis2'])(
  'samples without, with one and with several pictures train a model of %s',
  (name) => {
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
        .split('\n');
      expect(lines).toHaveLength(4);
    }, 120_000);
  },
);

it.each([
  ['a picture less than its text has places for', { '0.png': true }, /has 1 pictures and 2 places/],
  ['a picture more', { '0.png': true, '1.png': true, '2.png': true }, /has 3 pictures and 2 places/],
])('a sample with %s is an error that names it', async (_what, names, message) => {
  const picture = await readFile(`${fixture('ovis20_aimv2_qwen25')}images/square.png`);
  const files = Object.fromEntries(Object.keys(names).map((extension) => [extension, picture]));
  const json = JSON.stringify(turns('Compare <image> and <image>.', 'No.'));
  const list = Array.from({ length: Object.keys(names).length + 3 }, (_, i) => ({
    key: `pair${i}`,
    files: { ...files, json },
  }));
  const { run, from } = await preparedRun('ovis20_aimv2_qwen25', list);
  await expect(runGang({ run, stage: 3, world: 1, runId: 'bad', from })).rejects.toThrow(message);
  await expect(runGang({ run, stage: 3, world: 1, runId: 'bad', from })).rejects.toThrow(
    /sample 'pair\d' of .*train-00000[01]\.tar/,
  );
});
