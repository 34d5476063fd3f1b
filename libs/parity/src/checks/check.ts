import type { Params } from '@ovis/model';
import type { ParityCase } from '../case/parity-case.ts';
import type { Rows } from '../rows.ts';

/** A golden value that a check has to have a row for. */
export interface Claim {
  tensor: string;
  shape: number[];
}

/** The comparison of one part of a case. */
export interface Check {
  name: string;
  /** The golden values of the part; none when the case does not have it. Inputs are not among them. */
  claims: Claim[];
  /** Adds a row per golden value. What it throws becomes the note of the rows that are missing then. */
  run(rows: Rows, c: ParityCase, params: Params): Promise<void> | void;
}

/** Claims for tensors of a file. */
export function claimsOf(
  tensors: Record<string, { shape: number[] }> | undefined,
  isGolden: (name: string) => boolean = () => true,
): Claim[] {
  return Object.entries(tensors ?? {}).flatMap(([tensor, { shape }]) =>
    isGolden(tensor) ? [{ tensor, shape }] : [],
  );
}

/** Claims for fields of a JSON file that are there; `field: part` for parts with a row each. */
export function fieldClaims(file: string, json: object | undefined, fields: readonly string[]): Claim[] {
  return fields.flatMap((field) =>
    json && (json as Record<string, unknown>)[field.split(':')[0]!] !== undefined
      ? [{ tensor: `${file}: ${field}`, shape: [] }]
      : [],
  );
}
