import type { CaseTensors } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { maxPartitionOf, ZEROS } from '../model/pictures.ts';
import { prepareTurns, tileNames } from '../model/text.ts';
import type { Rows } from '../rows.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';

const INPUTS = ['in.input_ids', 'in.labels', 'in.attention_mask'];

/** Conversations -> ids, labels and the names of the model's pictures. */
export function textCheck(c: ParityCase): Check {
  const { forward } = c;
  const possible = forward && c.tokenizer;
  return {
    name: 'text',
    claims: possible
      ? [
          ...claimsOf(c.activations, (name) => INPUTS.includes(name)),
          ...fieldClaims('forward.json', forward, ['pixel_values']),
          ...(forward.preprocessed ?? []).flatMap((_, i) =>
            ['prompt', 'input_ids', 'labels', 'n_images'].map((field) => ({
              tensor: preprocessed(i, field),
              shape: [],
            })),
          ),
        ]
      : [],
    run: (rows) => {
      if (!forward) return;
      const maxPartition = maxPartitionOf(c);
      const texts = forward.conversations.map((turns, i) =>
        prepareTurns(c, turns, picturesOf(c, i), { maxPartition }),
      );
      forward.preprocessed?.forEach((golden, i) => {
        const text = texts[i];
        rows.text(preprocessed(i, 'prompt'), golden.prompt, text?.prompt ?? '');
        rows.exact(preprocessed(i, 'input_ids'), list(golden.input_ids), text?.inputIds);
        rows.exact(preprocessed(i, 'labels'), list(golden.labels), text?.labels);
        const tiles = picturesOf(c, i).flatMap((name) => tileNames(c, name, maxPartition));
        // A text-only sample counts its dummy.
        const images = Math.max(1, tiles.length);
        rows.number(preprocessed(i, 'n_images'), golden.n_images, images, TOLERANCES.exact);
      });
      comparePictures(rows, c, maxPartition);
      if (c.activations) compareInputs(rows, c.activations, texts, forward.pad_token_id);
    },
  };
}

function preprocessed(i: number, field: string): string {
  return `forward.json: preprocessed.${i}.${field}`;
}

function list(data: readonly number[]): { data: readonly number[]; shape: number[] } {
  return { data, shape: [data.length] };
}

/** Pictures of a conversation, the dummy of a text-only one left out. */
function picturesOf(c: ParityCase, i: number): string[] {
  return (c.forward?.images?.[i] ?? []).filter((name) => name !== ZEROS);
}

function comparePictures(rows: Rows, c: ParityCase, maxPartition: number): void {
  if (!c.forward?.images) return;
  const expected = c.forward.pixel_values.map((names) => names.join(' '));
  const actual = c.forward.pixel_values.map((_, i) => {
    const tiles = picturesOf(c, i).flatMap((name) => tileNames(c, name, maxPartition));
    return (tiles.length > 0 ? tiles : [ZEROS]).join(' ');
  });
  rows.text('forward.json: pixel_values', expected.join('\n'), actual.join('\n'));
}

/** The collator: padded on the right with the pad id and -100, mask = not the pad id. */
function compareInputs(
  rows: Rows,
  golden: CaseTensors,
  texts: { inputIds: number[]; labels: number[] }[],
  padTokenId: number,
): void {
  const length = golden['in.input_ids']?.shape[1] ?? 0;
  const padded = (row: readonly number[], value: number) => [
    ...row,
    ...new Array<number>(Math.max(0, length - row.length)).fill(value),
  ];
  const ids = texts.flatMap(({ inputIds }) => padded(inputIds, padTokenId));
  const made: Record<string, number[]> = {
    'in.input_ids': ids,
    'in.labels': texts.flatMap(({ labels }) => padded(labels, -100)),
    'in.attention_mask': ids.map((id) => (id === padTokenId ? 0 : 1)),
  };
  for (const name of INPUTS) {
    const tensor = golden[name];
    if (tensor) rows.exact(name, tensor, made[name]);
  }
}
