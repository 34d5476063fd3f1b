import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeSafetensors, encodeSafetensors } from '@ovis/checkpoint';
import { afterAll, describe, expect, it } from 'vitest';
import { runParity, type ParityReport } from '../src/index.ts';

/** Of the model library, or one of our own with sizes and settings that those do not have. */
function fixture(name: string): string {
  const own = fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
  return existsSync(own) ? own : fileURLToPath(new URL(`../../model/fixtures/${name}`, import.meta.url));
}
const scratch = mkdtempSync(join(tmpdir(), 'ovis-parity-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const failures = ({ checks }: ParityReport) =>
  checks.filter(({ verdict }) => verdict !== 'ok').map(({ check, tensor }) => `${check}: ${tensor}`);

describe('the official code and transformers', () => {
  it.each([
    ['ovis10_clip_qwen2', 470],
    ['ovis10_clip_llama3', 85],
    ['ovis15_siglip_gemma2', 290],
    ['ovis16_siglip_llama32', 95],
    ['ovis20_aimv2_qwen25', 240],
    ['native_ovis2', 210],
    ['ovis10_whole_tokens', 260],
    ['ovis15_adaptive_llama3', 125],
    ['ovis16_siglip_gemma2', 300],
    ['ovis20_siglip_llama3', 140],
    ['native_tied_biases', 220],
  ])('%s agrees in at least %i comparisons', async (name, least) => {
    const report = await runParity(fixture(name));
    expect(failures(report)).toEqual([]);
    expect(report.failed).toBe(0);
    expect(report.compared).toBe(report.checks.length);
    expect(report.compared).toBeGreaterThanOrEqual(least);
  });
});

/** A copy of a case with something changed. */
function copied(name: string, change: (folder: string) => void): string {
  const folder = mkdtempSync(join(scratch, `${name}-`));
  cpSync(fixture(name), folder, { recursive: true });
  change(folder);
  return folder;
}

/** The same without stages, whose comparison takes longest. */
function changed(name: string, change: (folder: string) => void): string {
  const folder = copied(name, () => undefined);
  const rest = ['stage1', 'stage2', 'stage3', 'dataset_stage1', 'dataset_stage2', 'train_data'];
  for (const file of [...rest, 'generate_after_stage3'])
    for (const kind of ['json', 'safetensors']) rmSync(join(folder, `${file}.${kind}`), { force: true });
  change(folder);
  return folder;
}

/** Changes the numbers of one tensor of a file. */
function edit(file: string, tensor: string, change: (data: Float32Array | Int32Array) => void) {
  return (folder: string) => {
    const path = join(folder, file);
    const { tensors, metadata } = decodeSafetensors(readFileSync(path));
    const found = tensors[tensor];
    if (!found) throw new Error(`${file} has no ${tensor}`);
    const data = found.data.slice() as Float32Array;
    change(data);
    writeFileSync(path, encodeSafetensors({ ...tensors, [tensor]: { ...found, data } }, metadata));
  };
}

function editJson(file: string, change: (json: Record<string, unknown>) => void) {
  return (folder: string) => {
    const json = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
    change(json);
    writeFileSync(join(folder, file), JSON.stringify(json));
  };
}

describe('a case that was changed', () => {
  const differs: [string, (folder: string) => void, RegExp][] = [
    [
      'a weight by 1 %',
      edit('checkpoint/model.safetensors', 'visual_tokenizer.head.0.weight', (data) =>
        data.forEach((value, i) => (data[i] = value * 1.01)),
      ),
      // The LayerNorm behind the head takes its scale out again, but not from the gradient.
      /^gradients: visual_tokenizer\.head\.0\.weight$/,
    ],
    [
      'an activation just beyond the tolerance',
      edit('forward.safetensors', 'out.visual.features', (data) => {
        const largest = Math.max(...Array.from(data, Math.abs));
        data[7] = data[7]! + 1.5e-4 * largest;
      }),
      /^forward: out\.visual\.features$/,
    ],
    [
      'one gradient',
      edit('grads.safetensors', 'vte.weight', (data) => {
        const largest = Math.max(...Array.from(data, Math.abs));
        data[3] = data[3]! + 1e-3 * largest;
      }),
      /^gradients: vte\.weight$/,
    ],
    [
      'a label by one place',
      edit('forward.safetensors', 'in.labels', (data) => {
        const at = data.findIndex((label) => label >= 0);
        data[at] = data[at + 1]!;
      }),
      /in\.labels|out\.loss/,
    ],
    [
      'a number to NaN',
      edit('forward.safetensors', 'out.llm.logits', (data) => (data[0] = NaN)),
      /out\.llm\.logits/,
    ],
    [
      'a pixel',
      edit('images.safetensors', 'image.wide.0', (data) => (data[9] = data[9]! + 0.02)),
      /image\.wide\.0/,
    ],
    [
      'a generated id',
      editJson('generate.json', (json) => {
        const [item] = json['items'] as { generated: number[]; recomputed: number[] }[];
        item!.generated[2] = (item!.generated[2]! + 1) % 200;
      }),
      /^generate: generate\.json: items\.0: generated$/,
    ],
    [
      'the loss',
      editJson('forward.json', (json) => (json['loss'] = (json['loss'] as number) * 1.0001)),
      /loss/,
    ],
    [
      'that cached and recomputed ids agree',
      editJson('generate.json', (json) => ((json['items'] as { agree: boolean }[])[1]!.agree = false)),
      /^generate: generate\.json: items\.1: agree$/,
    ],
    [
      'that a batch gives what each gives alone',
      editJson('generate.json', (json) => {
        (json['batch'] as { same_as_single: boolean[] }).same_as_single[2] = false;
      }),
      /^generate: generate\.json: batch: same_as_single$/,
    ],
  ];
  it.each(differs)('%s is a difference that is named', async (_what, change, expected) => {
    const report = await runParity(changed('ovis20_aimv2_qwen25', change));
    expect(report.failed).toBeGreaterThan(0);
    expect(failures(report).join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  const unreadable: [string, (folder: string) => void, RegExp][] = [
    ['a file more', (folder) => writeFileSync(join(folder, 'extra.json'), '{}'), /extra\.json/],
    [
      'a tensor more',
      (folder) => {
        const path = join(folder, 'forward.safetensors');
        const { tensors } = decodeSafetensors(readFileSync(path));
        const more = { 'out.unheard_of': { dtype: 'F32' as const, shape: [1], data: new Float32Array(1) } };
        writeFileSync(path, encodeSafetensors({ ...tensors, ...more }));
      },
      /out\.unheard_of/,
    ],
    ['a key more', editJson('forward.json', (json) => (json['unheard_of'] = 1)), /unheard_of/],
    [
      'a file cut short',
      (folder) => truncateSync(join(folder, 'grads.safetensors'), 5000),
      /grads\.safetensors/,
    ],
    ['no JSON', (folder) => writeFileSync(join(folder, 'generate.json'), '{"items": ['), /generate\.json/],
    ['no config', (folder) => rmSync(join(folder, 'checkpoint/config.json')), /config\.json|no model/],
    [
      'a weight less',
      (folder) => {
        const path = join(folder, 'checkpoint/model.safetensors');
        const { 'vte.weight': _gone, ...tensors } = decodeSafetensors(readFileSync(path)).tensors;
        writeFileSync(path, encodeSafetensors(tensors));
      },
      /vte\.weight/,
    ],
  ];
  it.each(unreadable)('%s is an error that names it', async (_what, change, message) => {
    await expect(runParity(changed('ovis16_siglip_llama32', change))).rejects.toThrow(message);
  });

  it('and one that lacks files is compared in the others', async () => {
    const folder = changed('ovis16_siglip_llama32', (at) => {
      for (const file of ['grads.safetensors', 'generate.json', 'images.safetensors']) rmSync(join(at, file));
    });
    expect(existsSync(join(folder, 'generate.json'))).toBe(false);
    const report = await runParity(folder);
    expect(failures(report)).toEqual([]);
    expect(new Set(report.checks.map(({ check }) => check))).toEqual(
      new Set(['text', 'forward', 'gradients']),
    );
  });

  it('in one number of quarters that are not there, and of those that are', async () => {
    const folder = changed('ovis15_adaptive_llama3', (at) => {
      edit('images.safetensors', 'image.small', (data) => (data[data.length - 1] = 0))(at);
      edit('images.safetensors', 'image.big', (data) => (data[data.length - 1] = Infinity))(at);
    });
    const names = failures(await runParity(folder)).filter((name) => name.startsWith('images'));
    expect(names.sort()).toEqual(['images: image.big', 'images: image.small']);
  });
});

describe('stages alone', () => {
  const only =
    (...kept: string[]) =>
    (folder: string) => {
      for (const file of readdirSync(folder))
        if (!['checkpoint', 'images', 'images.safetensors', ...kept].includes(file))
          rmSync(join(folder, file));
    };

  it('need no other file, though it lists the parameters of noise', async () => {
    const kept = ['stage1.json', 'stage1.safetensors'];
    const official = await runParity(copied('ovis16_siglip_gemma2', only(...kept)));
    expect(failures(official)).toEqual([]);
    expect(official.compared).toBeGreaterThan(30);
  });

  it('tell a weight that was not trained from one whose gradient is noise', async () => {
    const folder = copied('ovis16_siglip_gemma2', (at) => {
      only('stage1.json', 'stage1.safetensors')(at);
      // A row of the table that no picture looks up has no gradient at all; one that is trained has.
      const weight = 'final.vte.weight';
      edit('stage1.safetensors', weight, (data) => (data[5] = data[5]! + 5e-6))(at);
      edit(
        'stage1.safetensors',
        'final.visual_tokenizer.head.1.bias',
        (data) => (data[2] = data[2]! - 5e-6),
      )(at);
    });
    expect(failures(await runParity(folder))).toEqual([
      'stage1: final.visual_tokenizer.head.1.bias',
      'stage1: final.vte.weight',
    ]);
  });

  it('start where the one before ended, which must be there', async () => {
    const folder = copied('ovis16_siglip_gemma2', (at) => rmSync(join(at, 'stage1.safetensors')));
    await expect(runParity(folder)).rejects.toThrow('the case has stage3 and no stage1.safetensors');
  });
});
