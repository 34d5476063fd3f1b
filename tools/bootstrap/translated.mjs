// The apps as JavaScript: to translate a few hundred TypeScript files takes a process two to three seconds of CPU time, so it is done once
// for all, and again when a source has changed. Runs before any TypeScript can: plain JavaScript itself.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const cache = path.join(repoRoot, 'node_modules', '.cache', 'ovis-apps');

/** Programs, and threads of theirs; all else is found from there. */
export const ENTRIES = [
  'apps/cli/src/main.ts',
  'apps/controller/src/main.ts',
  'apps/trainer/src/main.ts',
  'apps/trainer/src/watchdog/watchdog-worker.ts',
  'libs/checkpoint/src/upload-worker.ts',
];
const SOURCES = ['apps', 'libs', 'tools'];
/** What a worker thread is started with, beside its TypeScript: it registers a translator first. */
const WORKER = /new URL\('\.\/([\w-]+-worker)\.mjs', import\.meta\.url\)/g;
/** Programs that run may still load parts of an earlier translation: so many are kept, and what is younger than that, ms. */
const KEPT = 4;
const KEPT_MS = 7 * 86_400_000;

/**
 * One of {@link ENTRIES} as JavaScript.
 * @param {string} entry relative to the repository
 * @returns {Promise<string>} a file
 * @throws when a source cannot be translated
 */
export async function translated(entry) {
  if (!ENTRIES.includes(entry))
    throw new Error(`'${entry}' is not one of the apps: ${ENTRIES.slice(0, 3).join(', ')}`);
  const folder = path.join(cache, fingerprint());
  const file = path.join(folder, entry.replace(/\.ts$/, '.js'));
  if (!fs.existsSync(file)) await translate(folder);
  return file;
}

/** Of all sources: names, sizes and times. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const top of SOURCES)
    for (const name of fs.readdirSync(path.join(repoRoot, top)).sort()) {
      hash.update(`${top}/${name}\n`);
      const source = path.join(repoRoot, top, name, 'src');
      if (fs.existsSync(source)) addFolder(hash, source);
    }
  for (const name of ['package-lock.json', 'tools/bootstrap/translated.mjs'])
    addFile(hash, path.join(repoRoot, name));
  return hash.digest('hex').slice(0, 16);
}

function addFolder(hash, folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) addFolder(hash, full);
    else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.spec.ts')) addFile(hash, full);
  }
}

function addFile(hash, file) {
  const { size, mtimeMs } = fs.statSync(file);
  hash.update(`${file} ${size} ${mtimeMs}\n`);
}

/** Into a folder of its own, which then takes its name: several processes may come to it at the same time. */
async function translate(folder) {
  const { build } = await import('esbuild');
  const temporary = `${folder}.${process.pid}`;
  try {
    await build({
      absWorkingDir: repoRoot,
      entryPoints: ENTRIES,
      outdir: temporary,
      outbase: repoRoot,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.11',
      keepNames: true,
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'error',
      plugins: [ownSources(folder)],
    });
    fs.renameSync(temporary, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  removeOld(folder);
}

/** Packages stay where they are; our files still find what lies beside them. */
function ownSources(folder) {
  return {
    name: 'own-sources',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path: name }) =>
        name.startsWith('@ovis/') || path.isAbsolute(name) || ENTRIES.includes(name)
          ? undefined
          : { external: true, path: name },
      );
      build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const source = fs.readFileSync(file, 'utf8');
        if (!source.includes('import.meta.url')) return undefined;
        const worker = (text, name) => {
          const entry = path.relative(repoRoot, path.join(path.dirname(file), `${name}.ts`));
          if (!ENTRIES.includes(entry)) return text;
          return `new URL(${JSON.stringify(pathToFileURL(path.join(folder, entry.replace(/\.ts$/, '.js'))).href)})`;
        };
        const url = JSON.stringify(pathToFileURL(file).href);
        return { contents: source.replace(WORKER, worker).replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

function removeOld(current) {
  const others = fs
    .readdirSync(cache)
    .map((name) => path.join(cache, name))
    .filter((folder) => folder !== current)
    .map((folder) => ({ folder, atMs: fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { folder, atMs } of others.slice(KEPT))
    if (Date.now() - atMs > KEPT_MS) fs.rmSync(folder, { recursive: true, force: true });
}
