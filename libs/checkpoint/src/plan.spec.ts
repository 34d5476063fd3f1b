import { describe, expect, it } from 'vitest';
import { planFiles, stateBytes, type StateTensor } from './plan.ts';
import { decodeSafetensors } from './safetensors.ts';

const MB = 2 ** 20;
const tensor = (name: string, part: StateTensor['part'], mb: number, more: Partial<StateTensor> = {}) => ({
  name,
  part,
  dtype: 'F32' as const,
  shape: [mb * 256, 1024],
  trained: true,
  ...more,
});

describe('planFiles', () => {
  const model = [
    tensor('vte.weight', 'vte', 2),
    tensor('visual_tokenizer.head.x', 'visual_head', 1),
    ...Array.from({ length: 12 }, (_, i) => tensor(`visual_tokenizer.backbone.${i}`, 'vit', 3)),
    ...Array.from({ length: 20 }, (_, i) => tensor(`llm.${i}`, 'llm', 5, { trained: false })),
  ];

  it('gives every rank about as much, whatever the order of the list', () => {
    for (const world of [1, 2, 3, 5]) {
      const files = planFiles(model, { world });
      const load = (rank: number, trained: boolean): number =>
        files
          .filter((file) => file.rank === rank && file.trained === trained)
          .reduce((sum, file) => sum + file.bytes, 0);
      for (const trained of [true, false]) {
        const loads = Array.from({ length: world }, (_, rank) => load(rank, trained));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(5.1 * MB);
      }
      expect(planFiles([...model].reverse(), { world })).toEqual(files);
      expect(files.flatMap(({ tensors }) => tensors.map(({ name }) => name)).sort()).toEqual(
        model.map(({ name }) => name).sort(),
      );
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    }
  });

  it('names files by part; small parts are one file, large ones are cut', () => {
    const names = planFiles(model, { world: 2, maxFileBytes: 20 * MB }).map(({ name }) => name);
    expect(names).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((i) => `llm-0000${i}-of-00006.safetensors`),
      'visual_head.safetensors',
      'vit-00001-of-00002.safetensors',
      'vit-00002-of-00002.safetensors',
      'vte.safetensors',
    ]);
    const mixed = [...model, tensor('visual_tokenizer.backbone.x', 'vit', 1, { trained: false })];
    expect(planFiles(mixed, { world: 1 }).map(({ name }) => name)).toContain('vit-frozen.safetensors');
  });

  it('leaves pieces with their ranks, and says in the header which they are', () => {
    const piece = (owner: number, begin: number, end: number) =>
      tensor('exp_avg.x', 'optimizer', 1, { owner, range: { begin, end } });
    const files = planFiles([piece(0, 0, 100), piece(1, 100, 256 * 1024), piece(0, 300, 310)], { world: 2 });
    expect(files.map(({ rank, tensors }) => [rank, tensors.map(stateBytes)])).toEqual([
      [0, [400, 40]],
      [1, [(256 * 1024 - 100) * 4]],
    ]);
    const { header, bytes } = files[0]!;
    const file = new Uint8Array(bytes);
    file.set(header);
    const { tensors, metadata } = decodeSafetensors(file);
    expect(Object.keys(tensors)).toEqual(['exp_avg.x#0', 'exp_avg.x#300']);
    expect(JSON.parse(metadata['slices']!)).toEqual({
      'exp_avg.x#0': { name: 'exp_avg.x', shape: [256, 1024], begin: 0 },
      'exp_avg.x#300': { name: 'exp_avg.x', shape: [256, 1024], begin: 300 },
    });
  });
});
