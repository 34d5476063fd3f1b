import { applyOverrides, parseRunConfig, type RunConfig } from '@ovis/config';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.ts';

export const PROFILES = ['full', 'smoke'] as const;
export type Profile = (typeof PROFILES)[number];

/** What a profile changes in runs/icons.yaml. `smoke` is the same run in less than three minutes of training. */
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
};

/** The demo's run: runs/icons.yaml with the profile's changes, in the bucket of the cluster. */
export async function demoConfig(
  repoRoot: string,
  o: { profile: string; bucket: string; trainers: number; set: string[] },
): Promise<RunConfig> {
  const profile = PROFILES.find((name) => name === o.profile);
  if (!profile)
    throw new CliError(
      'USAGE',
      `there is no profile '${o.profile}'`,
      `use --profile ${PROFILES.join(' or --profile ')}`,
    );
  const file = join(repoRoot, 'runs', 'icons.yaml');
  const text = (await readFile(file, 'utf8')).replaceAll('s3://ovis/', `s3://${o.bucket}/`);
  const config = parseRunConfig(text, { file });
  return applyOverrides(config, [...OVERRIDES[profile], `gang.trainers=${o.trainers}`, ...o.set]);
}
