import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** Every executable file of this name on the PATH, in order. */
export async function programsOnPath(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const found: string[] = [];
  for (const directory of (env.PATH ?? '').split(path.delimiter)) {
    if (!directory) continue;
    const file = path.join(directory, name);
    if (await isExecutable(file)) found.push(file);
  }
  return found;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await fs.access(file, constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Compares "1.32.0" with "1.29": negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
