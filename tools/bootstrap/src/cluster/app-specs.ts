import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fleetClient } from '@ovis/protocol';
import { BootstrapError } from '../errors.ts';
import { appRunner, repoRoot } from '../paths.ts';
import type { ProcessSpec } from './managed-process.ts';

/** A Node program of this repository. */
function nodeApp(entry: string): Pick<ProcessSpec, 'command' | 'args' | 'cwd'> {
  const file = path.join(repoRoot, entry);
  if (!fs.existsSync(file)) {
    throw new BootstrapError('START_FAILED', `${entry} is missing`, {
      hint: 'this clone is incomplete: `git status`, `git checkout -- apps`',
    });
  }
  return { command: process.execPath, args: [appRunner, entry], cwd: repoRoot };
}

export function controllerSpec(o: { env: NodeJS.ProcessEnv; port: number }): ProcessSpec {
  return {
    name: 'controller',
    ...nodeApp('apps/controller/src/main.ts'),
    env: { ...process.env, ...o.env, OVIS_FLEET_PORT: String(o.port) },
    port: o.port,
    stopMs: 8000,
  };
}

export function trainerSpec(o: { env: NodeJS.ProcessEnv; index: number; trainers: number }): ProcessSpec {
  const id = `trainer-${o.index}`;
  return {
    name: id,
    ...nodeApp('apps/trainer/src/main.ts'),
    env: {
      ...process.env,
      ...o.env,
      OVIS_TRAINER_ID: id,
      OVIS_THREADS: process.env.OVIS_THREADS ?? String(threadsPerTrainer(o.trainers)),
      // Shorter than what it gets to stop by itself: then it can say what it did not finish.
      OVIS_GRACE: process.env.OVIS_GRACE ?? '7',
    },
    stopMs: 8000,
  };
}

/** The cores, shared out; more threads than cores only make trainers wait for each other. */
export function threadsPerTrainer(trainers: number, cores = os.availableParallelism()): number {
  return Math.max(1, Math.floor(cores / Math.max(1, trainers)));
}

/** True when the controller's fleet service answers. */
export async function controllerReady(fleetAddress: string): Promise<boolean> {
  return (await registeredTrainers(fleetAddress)) !== undefined;
}

/** Ids of the trainers that are connected to the controller; undefined when it does not answer. */
export async function registeredTrainers(fleetAddress: string): Promise<string[] | undefined> {
  const client = fleetClient(fleetAddress);
  try {
    const trainers = await client.listTrainers({ deadlineMs: 1000 });
    return trainers.filter((one) => one.connected).map((one) => one.registration?.trainerId ?? '');
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}
