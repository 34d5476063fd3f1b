import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** A line that a trainer writes: see `SampleAudit` of the trainer (OVIS_SAMPLE_AUDIT). */
export interface AuditLine {
  atMs: number;
  run: string;
  gang: string;
  generation: number;
  stage: number;
  step: number;
  rank: number;
  world: number;
  /** What the rank is about to train on. */
  samples?: string[];
  /** The step is done. */
  loss?: number;
}

/** Reads what trainers have written since the last time. */
export class AuditTail {
  readonly #folder: string;
  readonly #places = new Map<string, { offset: number; rest: string }>();
  readonly #buffer = Buffer.alloc(1 << 18);

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(): AuditLine[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).flatMap((name) => this.#readFile(name));
  }

  #readFile(name: string): AuditLine[] {
    const place = this.#places.get(name) ?? { offset: 0, rest: '' };
    this.#places.set(name, place);
    const file = openSync(join(this.#folder, name), 'r');
    try {
      let text = place.rest;
      for (;;) {
        const count = readSync(file, this.#buffer, 0, this.#buffer.length, place.offset);
        if (count === 0) break;
        place.offset += count;
        // Names of samples and numbers: no character is longer than a byte.
        text += this.#buffer.toString('latin1', 0, count);
      }
      const lines = text.split('\n');
      // The last one may be half written, for ever if its writer was killed.
      place.rest = lines.pop() ?? '';
      return lines.map((line) => JSON.parse(line) as AuditLine);
    } finally {
      closeSync(file);
    }
  }
}

/** A step as the gang that committed it did it. */
export interface CommittedStep {
  stage: number;
  step: number;
  /** When the first rank had done it. */
  atMs: number;
  loss: number;
  /** Of all ranks. */
  samples: string[];
  /** Ranks that say nothing of what they trained on. */
  missing: number[];
  /** How often it was committed: more than once when it was lost in between. */
  times: number;
}

/** What a run trained on: of every step the last time that it was done. By `stage/step`. */
export function committedSteps(lines: readonly AuditLine[], run: string): Map<string, CommittedStep> {
  const attempts = new Map<string, Map<string, AuditLine[]>>();
  for (const line of lines) {
    if (line.run !== run) continue;
    const key = `${line.stage}/${line.step}`;
    const byGang = attempts.get(key) ?? new Map<string, AuditLine[]>();
    attempts.set(key, byGang);
    const gang = `${line.gang} ${line.generation}`;
    byGang.set(gang, [...(byGang.get(gang) ?? []), line]);
  }
  const steps = new Map<string, CommittedStep>();
  for (const [key, byGang] of attempts) {
    const done = [...byGang.values()]
      .flatMap((all) => {
        const first = all.filter(({ loss }) => loss !== undefined).sort((a, b) => a.atMs - b.atMs)[0];
        return first === undefined ? [] : [{ first, all }];
      })
      .sort((a, b) => a.first.atMs - b.first.atMs);
    const last = done.at(-1);
    if (last === undefined) continue;
    const { stage, step, atMs, world, loss = NaN } = last.first;
    const said = new Map(last.all.flatMap(({ rank, samples }) => (samples ? [[rank, samples]] : [])));
    const ranks = Array.from({ length: world }, (_, rank) => rank);
    steps.set(key, {
      ...{ stage, step, atMs, loss },
      samples: ranks.flatMap((rank) => said.get(rank) ?? []),
      missing: ranks.filter((rank) => !said.has(rank)),
      times: done.length,
    });
  }
  return steps;
}

export interface Comparison {
  samplesLost: number;
  samplesRepeated: number;
  /** Steps whose samples are not those of the reference's step. */
  stepsWithOtherSamples: number;
  /** Steps that one of the two did and the other did not. */
  stepsMissing: number;
  /** Largest relative difference of a step's loss; 0: every bit is equal. */
  largestLossDifference: number;
}

/** Holds a disturbed run against the undisturbed one: samples as multisets over all committed steps, losses step by step. */
export function compareRuns(
  reference: ReadonlyMap<string, CommittedStep>,
  run: ReadonlyMap<string, CommittedStep>,
): Comparison {
  const balance = new Map<string, number>();
  const count = (steps: ReadonlyMap<string, CommittedStep>, by: number) => {
    for (const { samples } of steps.values())
      for (const sample of samples) balance.set(sample, (balance.get(sample) ?? 0) + by);
  };
  count(reference, -1);
  count(run, 1);
  const counts = [...balance.values()];
  let [stepsWithOtherSamples, stepsMissing, largestLossDifference] = [0, 0, 0];
  for (const key of new Set([...reference.keys(), ...run.keys()])) {
    const [a, b] = [reference.get(key), run.get(key)];
    if (a === undefined || b === undefined) {
      stepsMissing++;
      continue;
    }
    if ([...a.samples].sort().join('\n') !== [...b.samples].sort().join('\n')) stepsWithOtherSamples++;
    if (Object.is(a.loss, b.loss)) continue;
    const difference = Math.abs(a.loss - b.loss) / Math.max(Math.abs(a.loss), Number.MIN_VALUE);
    largestLossDifference = Math.max(largestLossDifference, Number.isNaN(difference) ? Infinity : difference);
  }
  return {
    samplesLost: -counts.filter((n) => n < 0).reduce((sum, n) => sum + n, 0) || 0,
    samplesRepeated: counts.filter((n) => n > 0).reduce((sum, n) => sum + n, 0),
    stepsWithOtherSamples,
    stepsMissing,
    largestLossDifference,
  };
}
