import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DatasetError } from './errors.ts';

/** The artists whose drawings are trained on. */
export const TRAINING_ARTISTS = ['noto', 'twemoji', 'openmoji'] as const;
/** The artist whose drawings are never trained on: evaluation only. */
export const HELD_OUT_ARTIST = 'fluent-emoji-flat';
export const ARTISTS = [...TRAINING_ARTISTS, HELD_OUT_ARTIST] as const;
export type Artist = (typeof ARTISTS)[number];

/** One drawing as its set has it: the SVG body, its view box, and what the set says about it. */
export interface SourceIcon {
  /** Unicode code points without variation selectors, `1f600`: the same thing has the same id in every set. */
  id: string;
  /** The set's own slug, `grinning-face`. */
  slug: string;
  /** The set's own category, `Smileys & Emotion`; `&` left out because only some sets have it. */
  category: string | undefined;
  svg: string;
}

export interface IconSet {
  artist: Artist;
  version: string;
  title: string;
  author: { name: string; url?: string };
  license: { title: string; spdx?: string; url?: string };
  icons: SourceIcon[];
}

interface IconBody {
  body: string;
  width?: number;
  height?: number;
  left?: number;
  top?: number;
}
interface IconFile {
  width?: number;
  height?: number;
  icons: Record<string, IconBody>;
}
interface InfoFile {
  name: string;
  author: IconSet['author'];
  license: IconSet['license'];
}

const requireHere = createRequire(import.meta.url);

function readPackageFile<T>(artist: Artist, file: string): T {
  const specifier = `@iconify-json/${artist}/${file}`;
  try {
    return JSON.parse(readFileSync(requireHere.resolve(specifier), 'utf8')) as T;
  } catch (cause) {
    throw new DatasetError(
      'MISSING_PACKAGE',
      `cannot read ${specifier}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'run `npm ci` in the repository root; the drawings come from that package',
      { cause },
    );
  }
}

/** Version of the installed package, without reading the (large) drawings. */
export function iconSetVersion(artist: Artist): string {
  return readPackageFile<{ version: string }>(artist, 'package.json').version;
}

/** A stand-alone SVG. Drawings that are not square stay centred by SVG's own aspect rule. */
function svgOf(icon: IconBody, file: IconFile): string {
  const width = icon.width ?? file.width ?? 16;
  const height = icon.height ?? file.height ?? 16;
  const left = icon.left ?? 0;
  const top = icon.top ?? 0;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="${left} ${top} ${width} ${height}" color="#000">${icon.body}</svg>`
  );
}

/** Code points without U+FE0F; undefined for drawings with a skin tone (U+1F3FB..F). */
function thingId(codes: string): string | undefined {
  const points = codes.split('-').filter((point) => point !== 'fe0f');
  return points.some((point) => /^1f3f[b-f]$/.test(point)) ? undefined : points.join('-');
}

/** Reads one artist's set: every drawing without a skin tone. */
export function readIconSet(artist: Artist): IconSet {
  const file = readPackageFile<IconFile>(artist, 'icons.json');
  const chars = readPackageFile<Record<string, string>>(artist, 'chars.json');
  const info = readPackageFile<InfoFile>(artist, 'info.json');
  const { categories } = readPackageFile<{ categories: Record<string, string[]> }>(artist, 'metadata.json');
  const categoryOf = new Map<string, string>();
  for (const [category, slugs] of Object.entries(categories)) {
    for (const slug of slugs) categoryOf.set(slug, category.replace(' & ', ' '));
  }
  const icons: SourceIcon[] = [];
  for (const [codes, slug] of Object.entries(chars)) {
    const id = thingId(codes);
    const icon = file.icons[slug];
    if (!id || !icon) continue;
    icons.push({ id, slug, category: categoryOf.get(slug), svg: svgOf(icon, file) });
  }
  return {
    artist,
    version: iconSetVersion(artist),
    title: info.name,
    author: info.author,
    license: info.license,
    icons,
  };
}
