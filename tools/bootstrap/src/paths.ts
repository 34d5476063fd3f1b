import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository this code stands in. */
export const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Runs one of the apps: `node <appRunner> apps/cli/src/main.ts ARGUMENTS`, in the repository. */
export const appRunner = path.join(repoRoot, 'tools', 'bootstrap', 'app.mjs');

/** Where fetched binaries are kept for all clones of this user: OVIS_CACHE_DIR, else ~/.cache/ovis. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(env.OVIS_CACHE_DIR || path.join(os.homedir(), '.cache', 'ovis'));
}

/** Where this clone keeps its databases, logs and the record of the running cluster: OVIS_STATE_DIR, else .ovis in the repository. */
export function stateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(env.OVIS_STATE_DIR || path.join(repoRoot, '.ovis'));
}
