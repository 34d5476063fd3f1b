import { categoryOf, type Category } from './icon-categories.ts';
import { ARTISTS, HELD_OUT_ARTIST, type Artist, type IconSet } from './icon-sets.ts';

/** What is drawn, whoever drew it. */
export interface Thing {
  /** Code points, `1f600`. */
  id: string;
  /** Canonical slug, `grinning-face`; unique. */
  slug: string;
  /** Name in words, `grinning face`; unique. */
  name: string;
  category: Category;
  /** SVG by artist. */
  drawings: Partial<Record<Artist, string>>;
}

/** Slugs whose words do not say what one sees, or say it differently from their neighbours. */
const RENAMED: Record<string, string> = {
  'a-button-blood-type': 'a-button',
  'b-button-blood-type': 'b-button',
  'ab-button-blood-type': 'ab-button',
  'o-button-blood-type': 'o-button',
  'on-exclamation-arrow': 'on-arrow',
  'up-exclamation-button': 'up-button',
  'keycap-pound': 'keycap-hash',
  'flag-turkiye': 'flag-turkey',
};

/**
 * Things that are left out: mirrored copies under a longer name, and families and couples that differ only in who
 * stands beside whom (48 pixels do not show it, and several sets draw one silhouette for all).
 */
const DROPPED =
  /-facing-right$|^family-|^kiss-(man|woman)-|^couple-with-heart-(man|woman)-|^(man|woman)-in-suit-levitating$|^keycap$/;

const COUNTRY_FLAG = /^flag-(?!in-hole$)/;

export interface ThingOptions {
  /** Keep the flags of countries (default false: only two artists drew them, none of them the held-out one). */
  countryFlags?: boolean;
}

function mostFrequent(values: string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/**
 * Joins the sets by code points, so that names agree by construction: the canonical name is the one most training
 * artists use, and the held-out set's own spelling (`man-blonde-hair`, `phoenix-bird`) is never seen.
 * A thing must have been drawn by at least two of the training artists and have one of the shared categories; that
 * leaves out OpenMoji's extras (logos, regional flags).
 */
export function joinThings(sets: IconSet[], options: ThingOptions = {}): Thing[] {
  const byId = new Map<string, { artist: Artist; slug: string; category?: string; svg: string }[]>();
  for (const set of sets) {
    for (const icon of set.icons) {
      const entries = byId.get(icon.id) ?? [];
      entries.push({ artist: set.artist, slug: icon.slug, category: icon.category, svg: icon.svg });
      byId.set(icon.id, entries);
    }
  }
  const things: Thing[] = [];
  const names = new Set<string>();
  for (const id of [...byId.keys()].sort()) {
    const entries = byId.get(id)!;
    const training = entries.filter(({ artist }) => artist !== HELD_OUT_ARTIST);
    if (training.length < 2) continue;
    const original = mostFrequent(training.map(({ slug }) => slug))!;
    if (DROPPED.test(original) || (COUNTRY_FLAG.test(original) && !options.countryFlags)) continue;
    const own = mostFrequent(training.flatMap(({ category }) => category ?? []));
    const category = own && categoryOf(original, own);
    const slug = RENAMED[original] ?? original;
    if (!category || names.has(slug)) continue;
    names.add(slug);
    const drawings: Thing['drawings'] = {};
    for (const { artist, svg } of entries) drawings[artist] = svg;
    things.push({ id, slug, name: slug.replaceAll('-', ' '), category, drawings });
  }
  return things;
}

/** All artists' sets joined. */
export const artistsOf = (thing: Thing): Artist[] => ARTISTS.filter((artist) => thing.drawings[artist]);
