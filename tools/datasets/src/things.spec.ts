import { describe, expect, it } from 'vitest';
import { ARTISTS, HELD_OUT_ARTIST, readIconSet, TRAINING_ARTISTS } from './icon-sets.ts';
import { artistsOf, joinThings } from './things.ts';

const sets = ARTISTS.map(readIconSet);
const things = joinThings(sets);
const bySlug = new Map(things.map((thing) => [thing.slug, thing]));

describe('joinThings', () => {
  it('joins the four artists by what they drew', () => {
    expect(things.length).toBeGreaterThan(1500);
    const heldOut = things.filter((thing) => thing.drawings[HELD_OUT_ARTIST]);
    expect(heldOut.length).toBeGreaterThan(1500);
    for (const thing of heldOut) expect(artistsOf(thing).length).toBeGreaterThanOrEqual(3);
    expect(artistsOf(bySlug.get('grinning-face')!)).toEqual([...ARTISTS]);
  });

  it('gives the held-out artist the names that the others use', () => {
    for (const slug of ['man-blond-hair', 'phoenix', 'enraged-face', 'pinata']) {
      expect(bySlug.get(slug)?.drawings[HELD_OUT_ARTIST]).toBeDefined();
    }
    for (const slug of ['man-blonde-hair', 'phoenix-bird', 'pouting-face', 'piata']) {
      expect(bySlug.has(slug)).toBe(false);
    }
  });

  it('has one name per thing, in plain words', () => {
    expect(new Set(things.map(({ name }) => name)).size).toBe(things.length);
    for (const { name } of things) expect(name).toMatch(/^[a-z0-9]+( [a-z0-9]+)*$/);
  });

  it('leaves out skin tones, mirrored copies, country flags and what only one training artist drew', () => {
    const slugs = [...bySlug.keys()].join(' ');
    expect(slugs).not.toMatch(/skin-tone|facing-right|flag-france|family-man|typescript/);
    for (const thing of things) {
      expect(TRAINING_ARTISTS.filter((artist) => thing.drawings[artist]).length).toBeGreaterThanOrEqual(2);
    }
  });

  it('keeps country flags when asked to', () => {
    const all = joinThings(sets, { countryFlags: true });
    expect(all.find(({ slug }) => slug === 'flag-france')).toMatchObject({
      name: 'flag france',
      category: 'flags',
    });
  });

  it.each([
    ['dog', 'animals'],
    ['tulip', 'nature'],
    ['full-moon', 'nature'],
    ['bus', 'vehicles'],
    ['hospital', 'places'],
    ['three-oclock', 'objects'],
    ['red-heart', 'symbols'],
    ['grinning-face', 'faces'],
    ['woman-dancing', 'people'],
    ['pizza', 'food'],
    ['crab', 'animals'],
    ['pirate-flag', 'flags'],
    ['soccer-ball', 'activities'],
  ])('puts %s under %s', (slug, category) => {
    expect(bySlug.get(slug)?.category).toBe(category);
  });
});
