import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLibrary } from './find-library.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'ovis-find-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** Makes an empty file below the cache and returns its path. */
function file(...parts: string[]): string {
  const path = join(root, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
}
const library = (version: string, folder = '.') =>
  file('libtensorflow', version, folder, 'libtensorflow_cc.so.2');
const search = (gpu: boolean) => findLibrary(undefined, { OVIS_CACHE_DIR: root }, gpu)?.main;

describe('findLibrary', () => {
  it('takes the newest version, CUDA before CPU where there is a driver, CPU before CUDA where there is none', () => {
    expect(search(true)).toBeUndefined();
    const oldCuda = library('2.9.0-cuda', 'tensorflow');
    expect(search(false)).toBe(oldCuda); // better than nothing
    const cpu = library('2.21.0-cpu');
    expect(search(true)).toBe(cpu);
    expect(search(false)).toBe(cpu);
    const cuda = library('2.21.0-cuda', 'tensorflow');
    expect(search(true)).toBe(cuda);
    expect(search(false)).toBe(cpu);
  });

  it("finds the library in a Python installation's site-packages, with its sibling, and by its file name", () => {
    const main = file('site-packages', 'tensorflow', 'libtensorflow_cc.so.2');
    const framework = file('site-packages', 'tensorflow', 'libtensorflow_framework.so.2');
    for (const named of [join(root, 'site-packages'), dirname(main), main])
      expect(findLibrary(named, {})).toEqual({ main, framework });
  });

  it('does not search on when a path was named that holds none', () => {
    library('2.21.0-cpu');
    expect(() =>
      findLibrary(undefined, { OVIS_CACHE_DIR: root, LIBTENSORFLOW_PATH: join(root, 'x') }),
    ).toThrow(/no libtensorflow at .*x \(LIBTENSORFLOW_PATH\)/);
  });
});
