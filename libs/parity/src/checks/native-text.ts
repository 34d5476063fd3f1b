import { imageTokens } from '@ovis/model';
import type { CaseTensor } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { joinPixels, maxPartitionOf, preparePicture } from '../model/pictures.ts';
import { prepareTurns, tileNames, tokenizerOf } from '../model/text.ts';
import type { Rows } from '../rows.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';

const FILE = 'forward.json';
const SPECIAL = ['<IMG_ATOM>', '<IMG_START>', '<IMG_GRID>', '<IMG_COL>', '<IMG_ROW>', '<IMG_END>'];

/** Native `ovis2`: conversations -> texts with the tokens of their pictures, ids and labels; pictures -> pixels. */
export function nativeTextCheck(c: ParityCase): Check {
  const forward = c.nativeForward;
  const possible = forward && c.tokenizer;
  return {
    name: 'text',
    claims: possible
      ? [
          ...claimsOf(c.activations, (name) => name.startsWith('in.')),
          ...fieldClaims(FILE, forward, ['special_ids', 'image_seq_length']),
          ...forward.texts.map((_, i) => ({ tensor: `${FILE}: texts.${i}`, shape: [] })),
        ]
      : [],
    run: (rows) => {
      if (!forward) return;
      const tokenizer = tokenizerOf(c);
      const { nativeIds } = c.config;
      const ids = [nativeIds?.image ?? -1, ...(nativeIds?.indicators ?? [])];
      rows.exact(
        `${FILE}: special_ids`,
        { data: SPECIAL.map((token) => forward.special_ids[token] ?? NaN), shape: [SPECIAL.length] },
        ids,
      );
      rows.number(
        `${FILE}: image_seq_length`,
        forward.image_seq_length,
        imageTokens(c.config),
        TOLERANCES.exact,
      );
      const endOfTurn = tokenizer.encode('\n').length;
      const maxPartition = maxPartitionOf(c);
      const samples = forward.conversations.map(({ question, answer, images }) => {
        const turns = [
          { from: 'human' as const, value: question },
          { from: 'gpt' as const, value: answer },
        ];
        const { prompt, inputIds, labels } = prepareTurns(c, turns, images, { maxPartition });
        // The recorded texts end with the end of the turn, without the line break that the template writes behind it.
        return {
          text: prompt.replace(/\n$/, ''),
          inputIds: inputIds.slice(0, -endOfTurn),
          labels: labels.slice(0, -endOfTurn),
        };
      });
      forward.texts.forEach((text, i) => rows.text(`${FILE}: texts.${i}`, text, samples[i]?.text ?? ''));
      compareInputs(rows, c, samples);
      const pixels = c.activations?.['in.pixel_values'];
      if (pixels) {
        const names = forward.conversations.flatMap(({ images }) =>
          images.flatMap((name) => tileNames(c, name, maxPartition)),
        );
        rows.compare('in.pixel_values', pixels, joinPixels(c, names), TOLERANCES.pixel);
      }
    },
  };
}

/** Rows are padded on the right; what the padding holds is the file's. */
function compareInputs(
  rows: Rows,
  c: ParityCase,
  samples: readonly { inputIds: number[]; labels: number[] }[],
): void {
  const golden = (name: string) => c.activations?.[name];
  const [ids, labels, mask] = [golden('in.input_ids'), golden('in.labels'), golden('in.attention_mask')];
  const length = ids?.shape[1] ?? 0;
  const fill = (list: readonly number[], rest: (at: number) => number) =>
    Array.from({ length }, (_, at) => list[at] ?? rest(at));
  const all = (of: (sample: (typeof samples)[number]) => readonly number[], padding: CaseTensor | number) =>
    samples.flatMap((sample, i) =>
      fill(of(sample), (at) =>
        typeof padding === 'number' ? padding : (padding.data[i * length + at] as number),
      ),
    );
  if (ids)
    rows.exact(
      'in.input_ids',
      ids,
      all(({ inputIds }) => inputIds, ids),
    );
  if (labels)
    rows.exact(
      'in.labels',
      labels,
      all((sample) => sample.labels, -100),
    );
  if (mask)
    rows.exact(
      'in.attention_mask',
      mask,
      all(({ inputIds }) => inputIds.map(() => 1), 0),
    );
}

/** `processor.json`: into how many tiles, rows and columns transformers' own processor cuts each picture. */
export function nativeProcessorCheck(c: ParityCase): Check {
  const golden = c.nativeProcessor?.rows ?? [];
  const name = (i: number) => `processor.json: rows.${i}`;
  return {
    name: 'processor',
    claims: golden.map((_, i) => ({ tensor: name(i), shape: [] })),
    run: (rows) => {
      const row = c.config.nativeIds?.indicators[3];
      golden.forEach(({ image, max_patches: most, grid, n, width, height }, i) => {
        const { pixels, ids } = preparePicture(c, image, most);
        // Between the rows of a grid stands one indicator each; the first tile is the whole picture when there are several.
        const lines = 1 + ids.filter((id) => id === row).length;
        const columns = pixels.length === 1 ? 1 : (pixels.length - 1) / lines;
        const picture = c.pictures[image];
        const expected = { data: [...grid, n, width, height], shape: [5] };
        rows.exact(name(i), expected, [
          lines,
          columns,
          pixels.length,
          picture?.width ?? -1,
          picture?.height ?? -1,
        ]);
      });
    },
  };
}
