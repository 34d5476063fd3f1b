import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundleWorkflows } from './bundle.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'ovis-bundle-'));
afterAll(() => rmSync(cacheDir, { recursive: true }));

it('bundles once per version of the sources and holds no Node or schema code', async () => {
  const first = await bundleWorkflows({ cacheDir });
  expect(first.cached).toBe(false);
  const code = readFileSync(first.codePath, 'utf8');
  expect(code).toContain('trainOvis');
  expect(code).not.toMatch(/node_modules\/(zod|yaml)\//);

  const second = await bundleWorkflows({ cacheDir });
  expect(second).toMatchObject({ cached: true, codePath: first.codePath });
});
