import type { Drawing } from './catalog.ts';
import { COLORS, type Color } from './colors.ts';
import { CATEGORIES } from './icon-categories.ts';
import type { Random } from './random.ts';

/** Finds what a drawing is not, but might be taken for. */
export interface Denials {
  name(drawing: Drawing, random: Random): string;
  category(drawing: Drawing, random: Random): string;
  color(drawing: Drawing, random: Random): string;
}

/** Words that do not make two names name different things ("man running" is also a person running). */
const WEAK = new Set('man men woman women person people old small medium large with in'.split(' '));

function core(name: string): Set<string> {
  return new Set(name.split(' ').filter((word) => !WEAK.has(word)));
}

/** True when nobody could say that a picture of `a` also shows `b`. */
export function exclusive(a: string, b: string): boolean {
  const [x, y] = [core(a), core(b)];
  const inside = (p: Set<string>, q: Set<string>) => [...p].every((word) => q.has(word));
  return !inside(x, y) && !inside(y, x);
}

/** Colour words that people mix up: never offered as the wrong answer to each other. */
const NEIGHBOURS: [Color, Color][] = [
  ['orange', 'yellow'],
  ['orange', 'brown'],
  ['orange', 'red'],
  ['red', 'pink'],
  ['red', 'brown'],
  ['pink', 'purple'],
  ['blue', 'purple'],
  ['white', 'gray'],
  ['black', 'gray'],
];

const near = (a: Color, b: Color) => NEIGHBOURS.some((pair) => pair.includes(a) && pair.includes(b));

/**
 * Denied words follow the distribution of true ones, so that no word gives the answer away: a colour or category that
 * is often asked about with "yes" is as often asked about with "no".
 * Names come from the same category, every other time with the same main colour or a common word (hard to deny);
 * every third colour is one that the drawing has, but not mainly.
 */
export function makeDenials(drawings: readonly Drawing[]): Denials {
  const byCategory = new Map<string, Drawing[]>();
  const mains: Color[] = [];
  for (const drawing of drawings) {
    byCategory.set(drawing.category, [...(byCategory.get(drawing.category) ?? []), drawing]);
    if (drawing.main) mains.push(drawing.main);
  }
  const draw = <T>(random: Random, from: readonly T[], fits: (item: T) => boolean, tries: number) => {
    for (let i = 0; i < tries; i++) {
      const item = random.pick(from);
      if (fits(item)) return item;
    }
    return undefined;
  };
  return {
    name(drawing, random) {
      const others = byCategory.get(drawing.category) ?? [];
      const fits = (other: Drawing) =>
        exclusive(drawing.name, other.name) && !drawing.twins.includes(other.thing);
      const words = core(drawing.name);
      const alike = (other: Drawing) =>
        (drawing.main !== undefined && drawing.main === other.main) ||
        [...core(other.name)].some((word) => words.has(word));
      const hard = random.next() < 0.5 && draw(random, others, (o) => fits(o) && alike(o), 40);
      // "man" excludes no other person: then it is a name from another category.
      const elsewhere = (other: Drawing) => other.category !== drawing.category;
      const found = hard || draw(random, others, fits, 40) || draw(random, drawings, elsewhere, 400);
      if (!found) throw new RangeError(`no other name than ${drawing.name} to ask about`);
      return found.name;
    },
    category(drawing, random) {
      const fits = (other: Drawing) => other.category !== drawing.category;
      return (
        draw(random, drawings, fits, 40)?.category ??
        random.pick(CATEGORIES.filter((category) => category !== drawing.category))
      );
    },
    color(drawing, random) {
      const { main, colors } = drawing;
      const fits = (color: Color) => main === undefined || (color !== main && !near(color, main));
      const minor = colors.filter((color) => fits(color));
      if (minor.length > 0 && random.next() < 1 / 3) return random.pick(minor);
      return draw(random, mains, fits, 40) ?? random.pick(COLORS.filter(fits));
    },
  };
}
