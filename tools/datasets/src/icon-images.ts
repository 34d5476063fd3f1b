import { loadCatalog, pixelsOf, type CatalogOptions, type Drawing } from './catalog.ts';
import { DatasetError } from './errors.ts';
import { ARTISTS, TRAINING_ARTISTS, type Artist } from './icon-sets.ts';

export interface IconImage extends Drawing {
  /** `size * size * 3` bytes, RGB on white, rows from the top; a view, not to be written to. */
  rgb: Uint8Array;
}

export interface IconImages {
  size: number;
  images: IconImage[];
  /** Things drawn by at least two of the artists, each with the indices of its drawings in `images`. */
  things: { thing: string; name: string; category: string; images: number[] }[];
}

/**
 * The drawings of some artists (default: the training artists) in memory: for pre-training the ViT on pairs of two
 * artists' drawings of one thing. The first call renders (seconds), later ones read one file (milliseconds).
 */
export async function iconImages(options: CatalogOptions & { artists?: Artist[] } = {}): Promise<IconImages> {
  const artists: readonly Artist[] = options.artists ?? TRAINING_ARTISTS;
  for (const artist of artists) {
    if (!ARTISTS.includes(artist)) {
      throw new DatasetError(
        'BAD_OPTION',
        `there is no artist "${artist}"`,
        `choose from ${ARTISTS.join(', ')}`,
      );
    }
  }
  const catalog = await loadCatalog(options);
  const images: IconImage[] = [];
  const byThing = new Map<string, number[]>();
  for (const [index, drawing] of catalog.drawings.entries()) {
    if (!artists.includes(drawing.artist)) continue;
    byThing.set(drawing.thing, [...(byThing.get(drawing.thing) ?? []), images.length]);
    images.push({ ...drawing, rgb: pixelsOf(catalog, index) });
  }
  const things = [...byThing.entries()]
    .filter(([, indices]) => indices.length >= 2)
    .map(([thing, indices]) => {
      const { name, category } = images[indices[0]!]!;
      return { thing, name, category, images: indices };
    });
  return { size: catalog.size, images, things };
}
