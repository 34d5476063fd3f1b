import { applyOverrides, parseRunConfig, type RunConfig } from '@ovis/config';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.ts';

export const PROFILES = ['full', 'smoke', 'smollm2'] as const;
export type Profile = (typeof PROFILES)[number];

/** The run file of a profile, in runs/ (its backbones have the same name in the bucket), and trainers where none are asked for. */
const RUNS: Record<Profile, { run: string; trainers: number }> = {
  full: { run: 'icons', trainers: 2 },
  smoke: { run: 'icons', trainers: 2 },
  // 135 million weights: each trainer takes several gigabytes.
  smollm2: { run: 'smollm2-icons', trainers: 1 },
};

/** What a profile changes in its run file. `smoke` is the same run in less than three minutes of training. */
const OVERRIDES: Record<Profile, string[]> = {
  full: [],
  smoke: [
    'name=icons-smoke',
    'stages.0.steps=60',
    'stages.0.checkpointEvery=30',
    'stages.1.steps=50',
    'stages.1.checkpointEvery=25',
    'stages.2.steps=90',
    'stages.2.checkpointEvery=45',
    'evaluation.limit=800',
  ],
  smollm2: [],
};

/** The demo's run: the profile's run file with its changes, in the bucket of the cluster. */
export async function demoConfig(
  repoRoot: string,
  o: { profile: string; bucket: string; trainers: number; set: string[] },
): Promise<RunConfig> {
  const profile = checkedProfile(o.profile);
  const file = join(repoRoot, 'runs', `${RUNS[profile].run}.yaml`);
  const text = (await readFile(file, 'utf8')).replaceAll('s3://ovis/', `s3://${o.bucket}/`);
  const config = parseRunConfig(text, { file });
  return applyOverrides(config, [...OVERRIDES[profile], `gang.trainers=${o.trainers}`, ...o.set]);
}

/** Name of the profile's run file and backbones, and its trainers. @throws CliError USAGE */
export function profileRun(name: string): { run: string; trainers: number } {
  return RUNS[checkedProfile(name)];
}

function checkedProfile(name: string): Profile {
  const profile = PROFILES.find((known) => known === name);
  if (profile) return profile;
  throw new CliError(
    'USAGE',
    `there is no profile '${name}'`,
    `use --profile ${PROFILES.join(' or --profile ')}`,
  );
}
