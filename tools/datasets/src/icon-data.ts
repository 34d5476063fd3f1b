import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBucket, openStorage, type ObjectStorage } from '@ovis/storage';
import { writeShards } from '@ovis/webdataset';
import { loadCatalog, pixelsOf, type Catalog, type CatalogOptions, type SetInfo } from './catalog.ts';
import { hashingStorage, type WrittenObject } from './hashing-storage.ts';
import { HELD_OUT_ARTIST } from './icon-sets.ts';
import { encodePng, mapParallel } from './render.ts';
import { makeSamples, type SampleSets, type TextSample } from './samples.ts';
import { dataStatistics, type DataStatistics } from './statistics.ts';

/** Changes whenever the code would write other samples for the same drawings. */
const SAMPLES_VERSION = 5;

export interface IconDataOptions extends CatalogOptions {
  /** Where the shards go: `s3://bucket/prefix`, `file:///dir` or a directory. */
  out: string;
  /** Decides templates, facts and order (default 17). */
  seed?: number;
  /** Environment with the credentials of `out` (default `process.env`). */
  env?: NodeJS.ProcessEnv;
}

export type DataSetName = keyof SampleSets;

/** What the shards' names begin with and how many there are, for each set. */
const LAYOUT: Record<DataSetName, { prefix: string; shards: number }> = {
  captions: { prefix: 'captions/train-', shards: 8 },
  descriptions: { prefix: 'descriptions/train-', shards: 8 },
  instructions: { prefix: 'instructions/train-', shards: 8 },
  heldout: { prefix: 'eval/heldout-', shards: 4 },
};

export interface DataSetFiles {
  /** Relative to the manifest, with braces: `captions/train-{000000..000007}.tar`. */
  pattern: string;
  samples: number;
  bytes: number;
  shards: WrittenObject[];
  index: WrittenObject;
}

export interface IconDataManifest {
  format: 'ovis-icons/1';
  /** Equal keys mean equal bytes. */
  key: string;
  size: number;
  seed: number;
  artists: (SetInfo & { use: 'training' | 'evaluation' })[];
  sets: Record<DataSetName, DataSetFiles>;
  statistics: DataStatistics;
}

/** What `makeIconData` returns: the manifest as it was written, and where. */
export interface IconData extends IconDataManifest {
  /** Of the folder that holds the manifest. */
  url: string;
  /** True when everything was there already. */
  reused: boolean;
  /** URL pattern of each set with braces, as run.yaml wants it. */
  patterns: Record<DataSetName, string>;
}

function storageUrl(out: string): string {
  return /^[a-z0-9]+:\/\//i.test(out) ? out.replace(/\/+$/, '') : pathToFileURL(resolve(out)).href;
}

/**
 * Makes the demo's data unless it is there: renders the drawings (or takes them from the cache), builds the samples,
 * writes the shards and, last, `manifest.json`. A second call with the same packages, size and seed checks the
 * manifest and the shards' sizes, and returns.
 */
export async function makeIconData(options: IconDataOptions): Promise<IconData> {
  const seed = options.seed ?? 17;
  const env = options.env ?? process.env;
  const url = storageUrl(options.out);
  const catalog = await loadCatalog(options);
  const key = createHash('sha256')
    .update(JSON.stringify({ catalog: catalog.key, seed, SAMPLES_VERSION, LAYOUT }))
    .digest('hex');
  await ensureBucket(url, env);
  const storage = openStorage(url, env);
  const existing = await readManifest(storage, key);
  if (existing) return withUrls(existing, url, true);
  // From here on the folder is in an unknown state until the new manifest stands.
  await storage.delete('manifest.json');
  const manifest = await writeData(catalog, seed, key, storage, options.onProgress);
  await storage.put('manifest.json', JSON.stringify(manifest, null, 2), { contentType: 'application/json' });
  return withUrls(manifest, url, false);
}

function withUrls(manifest: IconDataManifest, url: string, reused: boolean): IconData {
  const patterns = Object.fromEntries(
    Object.entries(manifest.sets).map(([name, { pattern }]) => [name, `${url}/${pattern}`]),
  ) as IconData['patterns'];
  return { ...manifest, url, reused, patterns };
}

/** The manifest when it has this key and every shard has the size it says. */
async function readManifest(storage: ObjectStorage, key: string): Promise<IconDataManifest | undefined> {
  if (!(await storage.head('manifest.json'))) return undefined;
  let manifest: IconDataManifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(await storage.get('manifest.json'))) as IconDataManifest;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (manifest.key !== key) return undefined;
  const files = Object.values(manifest.sets).flatMap(({ shards, index }) => [...shards, index]);
  const heads = await Promise.all(files.map((file) => storage.head(file.key)));
  return heads.every((head, index) => head?.size === files[index]!.bytes) ? manifest : undefined;
}

async function writeData(
  catalog: Catalog,
  seed: number,
  key: string,
  storage: ObjectStorage,
  onProgress: CatalogOptions['onProgress'],
): Promise<IconDataManifest> {
  const { drawings, size } = catalog;
  const samples = makeSamples(drawings, seed);
  const pngs = await mapParallel(
    drawings,
    (_, index) => encodePng(pixelsOf(catalog, index), size),
    (done) => onProgress?.({ phase: 'encode', done, total: drawings.length }),
  );
  const encoder = new TextEncoder();
  const withPicture = ({ key, drawing, json }: TextSample) => ({
    key,
    files: { json: encoder.encode(JSON.stringify(json)), png: pngs[drawing]! },
  });
  const total = Object.values(samples).reduce((sum, set) => sum + set.length, 0);
  let done = 0;
  const sets = {} as IconDataManifest['sets'];
  for (const name of Object.keys(LAYOUT) as DataSetName[]) {
    const { prefix, shards: count } = LAYOUT[name];
    const target = hashingStorage(storage);
    await writeShards(samples[name].map(withPicture), { storage: target.storage, prefix, shards: count });
    const shards = target.written.filter((file) => file.key.endsWith('.tar'));
    done += samples[name].length;
    onProgress?.({ phase: 'write', done, total });
    sets[name] = {
      pattern: `${prefix}{000000..${String(count - 1).padStart(6, '0')}}.tar`,
      samples: samples[name].length,
      bytes: shards.reduce((sum, shard) => sum + shard.bytes, 0),
      shards,
      index: target.written.find((file) => !file.key.endsWith('.tar'))!,
    };
  }
  return {
    format: 'ovis-icons/1',
    key,
    size,
    seed,
    artists: catalog.sets.map((set) => ({
      ...set,
      use: set.artist === HELD_OUT_ARTIST ? 'evaluation' : 'training',
    })),
    sets,
    statistics: dataStatistics(drawings, samples),
  };
}
