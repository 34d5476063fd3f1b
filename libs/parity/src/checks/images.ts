import type { ParityCase } from '../case/parity-case.ts';
import { maxPartitionOf, pixelShape, preparePicture } from '../model/pictures.ts';
import { tileNames } from '../model/text.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, type Check } from './check.ts';

/** The official preprocessing of `images/*.png`, and into how many parts each is cut. */
export function imagesCheck(c: ParityCase): Check {
  return {
    name: 'images',
    claims: claimsOf(c.pixels),
    run: (rows) => {
      const stored = Object.keys(c.pixels ?? {});
      const shape = pixelShape(c.config).join();
      const maxPartition = maxPartitionOf(c);
      const made: string[] = [];
      for (const name of Object.keys(c.pictures)) {
        const own = tileNames(c, name, maxPartition).map((tile) => `image.${tile}`);
        if (!stored.some((tensor) => tensor === `image.${name}` || tensor.startsWith(`image.${name}.`)))
          continue;
        made.push(...own);
        const { pixels: tiles } = preparePicture(c, name, maxPartition);
        own.forEach((tensor, j) => {
          const golden = c.pixels?.[tensor];
          if (!golden) return;
          const row = rows.compare(tensor, golden, tiles[j], TOLERANCES.pixel);
          if (row.verdict !== 'ok' || golden.shape.join() === shape) return;
          row.verdict = 'differs';
          row.note = `the model takes [${shape}]`;
        });
      }
      rows.names('images.safetensors: parts', stored, made);
    },
  };
}
