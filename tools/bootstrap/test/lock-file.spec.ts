import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoRoot } from '../src/index.ts';

interface LockEntry {
  version?: string;
  dev?: boolean;
  optionalDependencies?: Record<string, string>;
}
const lock = JSON.parse(fs.readFileSync(path.join(repoRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockEntry>;
};

/** Where Node would find `name` from the package at `from`, in the lock. */
function resolves(from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at ? `${at}/` : ''}node_modules/${name}` in lock.packages) return true;
    if (at === '' || !at.includes('/node_modules/')) return `node_modules/${name}` in lock.packages;
  }
}

describe('package-lock.json', () => {
  // A registry that lacks packages for other platforms makes a lock without them, and npm ci refuses it everywhere.
  it('has every optional package of every platform', () => {
    const missing = Object.entries(lock.packages).flatMap(([where, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !resolves(where, name))
        .map((name) => `${name} of ${where}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    expect(JSON.stringify(lock)).not.toContain('"resolved":"http');
  });

  it('installs what runs the sources also without development dependencies', () => {
    expect(lock.packages['node_modules/tsx']?.version).toBeDefined();
    expect(lock.packages['node_modules/tsx']?.dev).toBeUndefined();
  });
});
