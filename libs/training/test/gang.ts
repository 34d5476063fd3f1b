import { expect } from 'vitest';
import { disposeMicroBatch, StageTrainer } from '../src/index.ts';
import type {
  HostTensors,
  Snapshot,
  StageSettings,
  StageTrainerOptions,
  StepResult,
  TrainingSample,
} from '../src/index.ts';
import { ovis10, stageSettings, toParams } from './golden.ts';

/* Gangs of trainers in one process, on the third golden stage of Ovis 1.0: six steps of four samples. */

const golden = ovis10.stage(3);
export const { initial } = ovis10.weights(3);
export const samples: TrainingSample[][] = [...golden.micro_batches, ...golden.micro_batches].map((group) =>
  group.flatMap((batch) => ovis10.samples(batch)),
);
export const settings: StageSettings = {
  ...stageSettings(golden),
  lossNormalization: 'tokens',
  accumulation: 1,
  learningRate: 1e-3,
  warmupRatio: 0,
  // Some buckets.
  bucketBytes: 150_000,
};

export type Peers = Pick<StageTrainerOptions, 'collective' | 'sites'>;

export interface GangOptions {
  peers: readonly Peers[];
  settings?: Partial<StageSettings>;
  /** As a checkpoint would carry it. */
  from?: Snapshot;
}

export function makeGang({ peers, settings: changes, from }: GangOptions): Promise<StageTrainer[]> {
  return Promise.all(
    peers.map((peer) =>
      StageTrainer.create({
        config: ovis10.config,
        params: toParams(from?.params ?? initial),
        settings: { ...settings, ...changes },
        ...(from && {
          optimizer: from.optimizer,
          state: JSON.parse(JSON.stringify(from.state)) as Snapshot['state'],
        }),
        ...peer,
      }),
    ),
  );
}

/** Trains steps `from` to `to` on all ranks, which share each step's samples. @returns what rank 0 reports */
export async function trainGang(gang: readonly StageTrainer[], from: number, to: number) {
  const results: StepResult[] = [];
  for (let step = from; step < to; step++) {
    const all = await Promise.all(
      gang.map(async (trainer, rank) => {
        const { accumulation } = trainer.settings;
        const parts = gang.length * accumulation;
        const batches = Array.from({ length: accumulation }, (_, i) => {
          const part = rank * accumulation + i;
          const own = samples[step]!.filter(
            (_, s) => Math.floor((s * parts) / samples[step]!.length) === part,
          );
          return ovis10.batch(golden, own);
        });
        try {
          return await trainer.step(batches);
        } finally {
          batches.forEach(disposeMicroBatch);
        }
      }),
    );
    for (const { loss, gradNorm, tokens } of all)
      expect([loss, gradNorm, tokens]).toEqual([all[0]!.loss, all[0]!.gradNorm, all[0]!.tokens]);
    results.push(all[0]!);
  }
  return results;
}

/** What rank 0 would save; all ranks take part. */
export async function saveGang(gang: readonly StageTrainer[]): Promise<Snapshot> {
  const [saved, ...others] = await Promise.all(gang.map((trainer) => trainer.snapshot()));
  for (const other of others) expect(differences(other.params, saved!.params)).toEqual([]);
  return saved!;
}

export const losses = (results: readonly StepResult[]) => results.map(({ loss }) => loss);

/** Names of tensors that are not the same bit for bit. */
export function differences(a: HostTensors, b: HostTensors): string[] {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  const bytes = ({ data }: HostTensors[string]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Object.keys(a).filter((name) => !bytes(a[name]!).equals(bytes(b[name]!)));
}

/** The samples of a step that rank `half` of two gets; the caller disposes it. */
export function halfBatch(step: number, half: number) {
  const all = samples[step]!;
  return ovis10.batch(golden, all.slice((half * all.length) / 2, ((half + 1) * all.length) / 2));
}
