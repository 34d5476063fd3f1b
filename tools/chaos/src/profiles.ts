import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoRoot } from '@ovis/bootstrap';
import { applyOverrides, parseRunConfig, type RunConfig } from '@ovis/config';
import { makeIconData } from '@ovis/datasets';
import type { ChaosCluster } from './chaos-cluster.ts';

export const PROFILES = ['demo', 'tiny'] as const;
export type Profile = (typeof PROFILES)[number];

/** Steps of each stage of the run that measures how long a step takes. */
const probeSteps = 16;

/** Makes the data of a profile; returns its run, without an evaluation: chaos trains only. */
export async function prepareRun(profile: Profile, cluster: ChaosCluster): Promise<RunConfig> {
  const { evaluation: _, ...config } = await (profile === 'tiny' ? tiny(cluster) : demo(cluster));
  // A spare takes the place of a trainer that is lost: the gang has the same size throughout, and computes the same numbers.
  return applyOverrides(config as RunConfig, [
    'gang.trainers=2',
    'gang.minTrainers=2',
    'gang.waitSeconds=120',
  ]);
}

/** The model, batches and data of `npm start`. */
async function demo({ bucket, env }: ChaosCluster): Promise<RunConfig> {
  const file = join(repoRoot, 'runs', 'icons.yaml');
  const text = (await readFile(file, 'utf8')).replaceAll('s3://ovis/', `s3://${bucket}/`);
  await makeIconData({ out: `s3://${bucket}/data/icons`, env });
  const backbones = pathToFileURL(join(repoRoot, 'tools', 'pretrain', 'backbones', 'icons')).href;
  return applyOverrides(parseRunConfig(text, { file }), [`model.backbones=${backbones}`]);
}

/** Random backbones of width 32: for a look at the machinery. */
async function tiny({ bucket, env }: ChaosCluster): Promise<RunConfig> {
  const { makeTinyRun } = await import('@ovis/tiny-run');
  process.env['LIBTENSORFLOW_PATH'] ??= env['LIBTENSORFLOW_PATH'];
  return (await makeTinyRun(`s3://${bucket}/tiny`, { env })).config;
}

/** The run with so many steps in each stage, as a file for `ovis submit`. */
export async function writeRun(
  config: RunConfig,
  folder: string,
  o: { name: string; steps?: readonly number[]; checkpointEvery?: readonly number[] },
): Promise<string> {
  const file = join(folder, `${o.name}.yaml`);
  const stages = config.stages.map((stage, i) => ({
    ...stage,
    steps: o.steps?.[i] ?? probeSteps,
    checkpointEvery: o.checkpointEvery?.[i] ?? probeSteps,
  }));
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ ...config, name: o.name, stages }, null, 2));
  return file;
}
