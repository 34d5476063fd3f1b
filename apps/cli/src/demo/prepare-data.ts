import { makeIconData } from '@ovis/datasets';
import { openStorage } from '@ovis/storage';
import { formatBytes, type TaskHandle } from '@ovis/bootstrap';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Progress is told at most this often, in ms. */
const SAY_EVERY = 1000;
const PHASES = {
  render: 'rendering drawings',
  encode: 'encoding pictures',
  write: 'writing samples',
} as const;

/** Renders the drawings and writes the shards into object storage, or finds them there. */
export async function prepareData(url: string, env: NodeJS.ProcessEnv, task: TaskHandle): Promise<void> {
  let said = 0;
  const data = await makeIconData({
    out: url,
    env,
    onProgress: ({ phase, done, total }) => {
      if (Date.now() - said < SAY_EVERY) return;
      said = Date.now();
      task.update(`${PHASES[phase]} ${done}/${total}`);
    },
  });
  const bytes = Object.values(data.sets).reduce((sum, set) => sum + set.bytes, 0);
  const samples = Object.values(data.sets).reduce((sum, set) => sum + set.samples, 0);
  task.result(`${samples} samples, ${formatBytes(bytes)} in ${url}${data.reused ? ', already there' : ''}`);
}

/** Copies a folder into object storage unless the same bytes are there. */
export async function uploadFolder(
  folder: string,
  url: string,
  env: NodeJS.ProcessEnv,
  task: TaskHandle,
): Promise<void> {
  const storage = openStorage(url, env);
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
  );
  const hash = createHash('sha256');
  for (const { name, bytes } of files) hash.update(`${name} ${bytes.length}\n`).update(bytes);
  const digest = hash.digest('hex');
  const size = formatBytes(files.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const marker = 'UPLOADED.sha256';
  const known = (await storage.head(marker)) && Buffer.from(await storage.get(marker)).toString('utf8');
  if (known === digest) {
    task.result(`${size} in ${url}, already there`);
    return;
  }
  for (const { name, bytes } of files) {
    task.update(`${name}, ${formatBytes(bytes.length)}`);
    await storage.put(name.replaceAll('\\', '/'), bytes);
  }
  await storage.put(marker, digest);
  task.result(`${size} in ${url}`);
}
