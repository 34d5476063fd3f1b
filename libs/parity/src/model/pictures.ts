import {
  imageProcessor,
  pixelChannels,
  preparePicture as prepare,
  type OvisConfig,
  type PreparedPicture,
} from '@ovis/model';
import type { ParityCase } from '../case/parity-case.ts';
import { ParityError } from '../errors.ts';

/** Name of the picture that text-only samples bring along: zeros. */
export const ZEROS = 'zeros';

/** Values of one input of the vision tower: `[channels, S, S]`. */
export function pixelShape(config: OvisConfig): [number, number, number] {
  const side = config.visual.backbone.imageSize;
  return [pixelChannels(config), side, side];
}

/** Prepares `images/<name>.png` by the rules of the model's generation. */
export function preparePicture(c: ParityCase, name: string, maxPartition: number): PreparedPicture {
  const picture = c.pictures[name];
  if (!picture) throw missingPicture(name);
  return prepare(c.config, picture, imageProcessor(c.config, c.preprocessor), { maxPartition });
}

/** Pixels of a prepared input by its name in the case, such as `wide`, `wide.2` or `zeros`. */
export function pixelsNamed(c: ParityCase, name: string): Float32Array {
  const size = pixelShape(c.config).reduce((product, side) => product * side, 1);
  if (name === ZEROS) return new Float32Array(size);
  const stored = c.pixels?.[`image.${name}`];
  if (stored) return stored.data as Float32Array;
  const tile = /^(.*)\.(\d+)$/.exec(name);
  const [picture, index] = tile && !c.pictures[name] ? [tile[1]!, Number(tile[2])] : [name, 0];
  const prepared = preparePicture(c, picture, maxPartitionOf(c)).pixels[index];
  if (!prepared) throw missingPicture(name);
  return prepared;
}

/** Into how many parts pictures may be cut: as the case says, else the official default. */
export function maxPartitionOf(c: ParityCase): number {
  const inForward = c.forward?.max_partition;
  if (inForward !== undefined && inForward !== null) return inForward;
  const ofProcessor = c.preprocessor['max_patches'];
  if (typeof ofProcessor === 'number') return ofProcessor;
  const inStage = Object.values(c.stages).find(({ info }) => info?.arguments['max_partitions'])?.info;
  return inStage ? Number(inStage.arguments['max_partitions']!.split('|')[0]) : 9;
}

/** Pixels of several inputs, one behind the other. */
export function joinPixels(c: ParityCase, names: readonly string[]): Float32Array {
  const parts = names.map((name) => pixelsNamed(c, name));
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function missingPicture(name: string): ParityError {
  return new ParityError(
    'INCOMPLETE',
    `the case names the picture '${name}', and has it neither in images.safetensors nor in images/`,
    'Copy the case again.',
  );
}
