import type { tf } from '@ovis/tensorflow';
import type { VisionConfig } from '../config/index.ts';
import type { Initialiser } from '../init.ts';
import type { ParamScope } from '../params.ts';
import { aimv2Forward, aimv2Initialiser, aimv2ParameterShapes } from './aimv2.ts';
import { clipInitialiser } from './clip-init.ts';
import { clipForward, clipParameterShapes } from './clip.ts';
import type { VisionOptions } from './encoder.ts';
import { siglipForward, siglipInitialiser, siglipParameterShapes } from './siglip.ts';

/*
 * The one place that knows which towers there are. A new tower is a module with the same three functions, a member
 * of VisionConfig, and a line in each switch here.
 */

/** Names (below `visual_tokenizer.backbone.`) and shapes of the tower's tensors. */
export function visionParameterShapes(config: VisionConfig): Record<string, number[]> {
  switch (config.kind) {
    case 'clip':
      return clipParameterShapes(config);
    case 'siglip':
      return siglipParameterShapes(config);
    case 'aimv2':
      return aimv2ParameterShapes(config);
  }
}

/**
 * Pixels `[images, 3, S, S]` -> the last block's raw output `[images, tokens, d]` (spec 2, "feature layer"); with
 * `finalNorm`, which only AIMv2 has, through the tower's final norm.
 */
export function visionForward(
  config: VisionConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions & { finalNorm?: boolean } = {},
): tf.Tensor3D {
  switch (config.kind) {
    case 'clip':
      return clipForward(config, params, pixels, o);
    case 'siglip':
      return siglipForward(config, params, pixels, o);
    case 'aimv2':
      return aimv2Forward(config, params, pixels, o);
  }
}

/** How a fresh tensor of the tower is drawn, by its name below `visual_tokenizer.backbone.`, and its shape. */
export function visionInitialiser(config: VisionConfig, name: string, shape: readonly number[]): Initialiser {
  switch (config.kind) {
    case 'clip':
      return clipInitialiser(config, name);
    case 'siglip':
      return siglipInitialiser(config, name, shape);
    case 'aimv2':
      return aimv2Initialiser(config, name);
  }
}

/** A name's block of the tower, counted from 0; undefined outside the blocks. `name` may have any prefix. */
export function visionBlockOf(name: string): number | undefined {
  const match = /\.(?:encoder\.layers|trunk\.blocks)\.(\d+)\./.exec(name);
  return match ? Number(match[1]) : undefined;
}
