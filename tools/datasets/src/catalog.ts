import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { colorShares, dominantColors, mainColor, type Color } from './colors.ts';
import { DatasetError } from './errors.ts';
import type { Category } from './icon-categories.ts';
import { ARTISTS, iconSetVersion, readIconSet, type Artist, type IconSet } from './icon-sets.ts';
import { layoutOf, visibleShare, type Layout } from './layout.ts';
import { mapParallel, renderSvg } from './render.ts';
import { artistsOf, joinThings } from './things.ts';
import { findTwins } from './twins.ts';

/** Changes whenever the code below (or names, categories, colours) would give other facts for the same packages. */
const CATALOG_VERSION = 1;

/** One drawing with everything that is said about it. */
export interface Drawing {
  /** `noto-grinning-face`: unique, without dots. */
  key: string;
  artist: Artist;
  /** Canonical slug of what it shows. */
  thing: string;
  /** The same in words. */
  name: string;
  category: Category;
  /** One to three colour words, largest area first. */
  colors: Color[];
  /** Present only where one colour clearly leads. */
  main?: Color;
  layout: Layout;
  /** Things that the same artist drew (nearly) alike: the picture cannot tell them apart. */
  twins: string[];
}

export type SetInfo = Omit<IconSet, 'icons'>;

/** All drawings, rendered. */
export interface Catalog {
  key: string;
  size: number;
  sets: SetInfo[];
  drawings: Drawing[];
  /** RGB on white, `size * size * 3` bytes per drawing in the order of `drawings`. */
  pixels: Uint8Array;
}

export interface CatalogOptions {
  /** Side in pixels (default 48). */
  size?: number;
  /** Where the rendered drawings are kept (default `OVIS_CACHE_DIR` or `~/.cache/ovis`). */
  cacheDir?: string;
  /** Keep the flags of countries (default false). */
  countryFlags?: boolean;
  /** Use only about that many things, spread evenly over all: for tests (default: all). */
  things?: number;
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  phase: 'render' | 'encode' | 'write';
  done: number;
  total: number;
}

/** The pixels of one drawing, a view into the catalog. */
export function pixelsOf(catalog: Catalog, index: number): Uint8Array {
  const bytes = catalog.size * catalog.size * 3;
  return catalog.pixels.subarray(index * bytes, (index + 1) * bytes);
}

export function defaultCacheDir(): string {
  return process.env['OVIS_CACHE_DIR'] || join(homedir(), '.cache', 'ovis');
}

type Choice = Required<Pick<CatalogOptions, 'size' | 'countryFlags'>> & Pick<CatalogOptions, 'things'>;

function catalogKey(choice: Choice): string {
  const versions = ARTISTS.map((artist) => `${artist}@${iconSetVersion(artist)}`);
  return createHash('sha256')
    .update(JSON.stringify({ CATALOG_VERSION, ...choice, versions }))
    .digest('hex')
    .slice(0, 16);
}

/**
 * All drawings with their facts; from the cache when it has them (tens of milliseconds), else rendered (tens of
 * seconds) and put there. The cache is one raw file of pixels and one JSON file, written last.
 */
export async function loadCatalog(options: CatalogOptions = {}): Promise<Catalog> {
  const size = options.size ?? 48;
  if (!Number.isInteger(size) || size < 8 || size > 512) {
    throw new DatasetError(
      'BAD_OPTION',
      `size is ${size}`,
      'give the side of the pictures in pixels, 8 to 512',
    );
  }
  const choice = { size, countryFlags: options.countryFlags ?? false, things: options.things };
  const key = catalogKey(choice);
  const directory = join(options.cacheDir ?? defaultCacheDir(), 'icons');
  const rawFile = join(directory, `${key}.rgb`);
  const jsonFile = join(directory, `${key}.json`);
  const cached = await readCatalog(rawFile, jsonFile, key, size);
  if (cached) return cached;
  const catalog = await makeCatalog(key, choice, options.onProgress);
  await mkdir(directory, { recursive: true });
  await writeWhole(rawFile, catalog.pixels);
  const { pixels: _, ...facts } = catalog;
  await writeWhole(jsonFile, JSON.stringify(facts));
  return catalog;
}

async function writeWhole(file: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, data);
  await rename(temporary, file);
}

/** Undefined when there is none, or it is not whole: then it is made again. */
async function readCatalog(rawFile: string, jsonFile: string, key: string, size: number) {
  try {
    const facts = JSON.parse(await readFile(jsonFile, 'utf8')) as Omit<Catalog, 'pixels'>;
    const pixels = await readFile(rawFile);
    if (facts.key !== key || pixels.length !== facts.drawings.length * size * size * 3) return undefined;
    return { ...facts, pixels: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length) };
  } catch {
    return undefined;
  }
}

async function makeCatalog(
  key: string,
  { size, countryFlags, things: limit }: Choice,
  onProgress: CatalogOptions['onProgress'],
): Promise<Catalog> {
  const sets = ARTISTS.map(readIconSet);
  const all = joinThings(sets, { countryFlags });
  const step = Math.max(1, Math.floor(all.length / (limit ?? all.length)));
  const jobs = all
    .filter((_, index) => index % step === 0)
    .flatMap((thing) => artistsOf(thing).map((artist) => ({ thing, artist, svg: thing.drawings[artist]! })));
  const rendered = await mapParallel(
    jobs,
    ({ svg }) => renderSvg(svg, size),
    (done) => onProgress?.({ phase: 'render', done, total: jobs.length }),
  );
  const drawings: Drawing[] = [];
  const kept: Uint8Array[] = [];
  for (const [index, { thing, artist }] of jobs.entries()) {
    const { rgba, rgb } = rendered[index]!;
    const layout = layoutOf(rgb, size);
    // A white drawing without an outline cannot be seen on white.
    if (!layout || visibleShare(rgb) < 0.01) continue;
    const shares = colorShares(rgba);
    drawings.push({
      key: `${artist}-${thing.slug}`,
      artist,
      thing: thing.slug,
      name: thing.name,
      category: thing.category,
      colors: dominantColors(shares),
      main: mainColor(rgba),
      layout,
      twins: [],
    });
    kept.push(rgb);
  }
  const pixels = new Uint8Array(kept.length * size * size * 3);
  kept.forEach((rgb, index) => pixels.set(rgb, index * rgb.length));
  const catalog = {
    key,
    size,
    sets: sets.map(({ icons: _, ...info }) => info),
    drawings,
    pixels,
  };
  findTwins(catalog);
  return catalog;
}
