import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface WorkflowBundleFile {
  /** File to give to `Worker.create({workflowBundle: {codePath}})`. */
  codePath: string;
  /** False when webpack had to run. */
  cached: boolean;
  ms: number;
}

/**
 * The workflow code as one file, built once per version of its sources (3 to 10 s) and kept in the cache folder.
 * @param options.cacheDir default: OVIS_CACHE_DIR, else ~/.cache/ovis
 */
export async function bundleWorkflows(options: { cacheDir?: string } = {}): Promise<WorkflowBundleFile> {
  const started = performance.now();
  const cacheDir = options.cacheDir ?? process.env['OVIS_CACHE_DIR'] ?? join(homedir(), '.cache', 'ovis');
  const folder = join(cacheDir, 'workflows');
  const codePath = join(folder, `${await sourceHash()}.js`);
  if (existsSync(codePath)) return { codePath, cached: true, ms: performance.now() - started };

  // Loaded here and not above: it brings webpack, which only a cache miss needs.
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(folder, { recursive: true });
  // Another process may build the same file: each writes its own and the last rename wins with equal content.
  const temporary = `${codePath}.${process.pid}.tmp`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
  return { codePath, cached: false, ms: performance.now() - started };
}

/** Over all sources of this lib (the workflows import nothing else but types) and the version of the SDK. */
async function sourceHash(): Promise<string> {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const names = (await readdir(root, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  const hash = createHash('sha256');
  for (const name of names.sort())
    hash
      .update(name)
      .update('\0')
      .update(await readFile(join(root, name)));
  const sdk: unknown = createRequire(import.meta.url)('@temporalio/workflow/package.json');
  hash.update(JSON.stringify(sdk));
  return hash.digest('hex').slice(0, 20);
}
