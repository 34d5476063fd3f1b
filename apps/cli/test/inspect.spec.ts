import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../src/inspect/report.ts';
import { moduleTree, treeRows } from '../src/inspect/tree.ts';
import { runCli } from './run-cli.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const fixture = (name: string) => join(root, 'libs/model/fixtures', name);
const inspect = (...args: string[]) =>
  runCli(['inspect', ...args], { cwd: root, env: { OVIS_STATE_DIR: join(tmpdir(), 'none') } });

describe.each([
  ['ovis10_clip_qwen2', '1.0'],
  ['ovis15_siglip_gemma2', '1.5'],
  ['ovis16_siglip_llama32', '1.6'],
  ['ovis20_aimv2_qwen25', '2.0'],
  ['native_ovis2', '2 (native ovis2)'],
])('inspect of %s', (name, generation) => {
  it('shows its modules, what each stage trains, and the table', async () => {
    const { code, out } = await inspect(`${fixture(name)}/checkpoint`, '--json');
    expect(code).toBe(0);
    const found = JSON.parse(out) as Inspection;
    expect(found.summary).toContain(`Ovis ${generation}: `);
    const [one, two, three] = found.stages;
    expect(three?.parameters).toBe(found.tree.parameters);
    expect(one!.parameters).toBeLessThan(two!.parameters);
    expect(two!.parameters).toBeLessThan(three!.parameters);
    expect(three?.total).toBe(16 * found.tree.parameters);
    const { norms, std, width } = found.table!;
    expect(norms.min).toBeLessThanOrEqual(norms.median);
    expect(norms.median).toBeLessThanOrEqual(norms.max);
    // A row's norm is about the deviation of its entries times the root of their number.
    expect(norms.mean / (std * Math.sqrt(width))).toBeCloseTo(1, 0);
    expect(found.tokens).toBeUndefined();
  });

  it('says how sparse the visual tokens of pictures are', async () => {
    const { code, out, err } = await inspect(
      `${fixture(name)}/checkpoint`,
      ...['--images', `${fixture(name)}/images`, '--max-partition', '4', '--json'],
    );
    expect(err).toBe('');
    expect(code).toBe(0);
    const { tokens } = JSON.parse(out) as Inspection;
    const [most, more, all] = tokens!.above.map(({ share }) => share);
    expect(most).toBeLessThanOrEqual(more!);
    expect(more).toBeLessThanOrEqual(all!);
    expect(tokens!.effectiveWords).toBeGreaterThanOrEqual(1);
    expect(tokens!.effectiveWords).toBeLessThanOrEqual(tokens!.words);
    // A distribution cannot have less entropy than its largest probability demands.
    expect(tokens!.entropy).toBeGreaterThan(0);
    expect(tokens!.wordsUsed).toBeLessThanOrEqual(tokens!.tokens);
  });
});

it('shows what a run file would build', async () => {
  const backbones = `model.backbones=file://${join(root, 'tools/pretrain/backbones/icons')}`;
  const { code, out } = await inspect('runs/icons.yaml', '--set', backbones);
  expect(code).toBe(0);
  expect(out).toMatch(/Ovis 1\.0: CLIP ViT/);
  expect(out).toMatch(/^ +layers\.0\.\.\d+ x\d+/m);
  expect(out).toMatch(/^3 +all +/m);
});

it('collapses modules that are alike, and only those', () => {
  const layer = (i: number, width: number) => ({ [`l.${i}.w`]: [width, 2], [`l.${i}.b`]: [width] });
  const tree = moduleTree({ ...layer(0, 3), ...layer(1, 3), ...layer(2, 4), 'head.weight': [5] });
  const rows = treeRows(tree, String).map(([name, , parameters]) => [name!.trim(), parameters]);
  expect(rows[0]).toEqual(['model', '35']);
  expect(rows).toContainEqual(['0..1 x2', '18']);
  expect(rows).toContainEqual(['2', '12']);
  expect(rows).toContainEqual(['head.weight', '5']);
});

it.each([
  [['nowhere'], /no folder/],
  [[`${fixture('ovis10_clip_qwen2')}/checkpoint`, '--images', '/nowhere'], /cannot read the folder/],
  [
    [`${fixture('ovis10_clip_qwen2')}/checkpoint`, '--images', fixture('ovis10_clip_qwen2')],
    /has no pictures/,
  ],
])('refuses %j', async (args, message) => {
  const { code, err } = await inspect(...args);
  expect(code).toBe(1);
  expect(err).toMatch(message);
});
