import type { VisionConfig } from '../config/index.ts';
import { ModelConfigError } from '../errors.ts';
import type { tf } from '@ovis/tensorflow';
import type { Initialiser } from '../init.ts';
import type { ParamScope } from '../params.ts';
import { clipInitialiser } from './clip-init.ts';
import { clipForward, clipParameterShapes, type VisionOptions } from './clip.ts';

/*
 * The one place that knows which towers there are. A new tower is a module with the same three functions, a member
 * of VisionConfig, and a line in each switch here.
 */

/** Names (below `visual_tokenizer.backbone.`) and shapes of the tower's tensors. */
export function visionParameterShapes(config: VisionConfig): Record<string, number[]> {
  switch (config.kind) {
    case 'clip':
      return clipParameterShapes(config);
    default:
      throw notYet(config.kind);
  }
}

/** Pixels `[images, 3, S, S]` -> the last block's raw output `[images, tokens, d]` (spec 2, "feature layer"). */
export function visionForward(
  config: VisionConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions = {},
): tf.Tensor3D {
  switch (config.kind) {
    case 'clip':
      return clipForward(config, params, pixels, o);
    default:
      throw notYet(config.kind);
  }
}

/** How a fresh tensor of the tower is drawn, by its name below `visual_tokenizer.backbone.`. */
export function visionInitialiser(config: VisionConfig, name: string): Initialiser {
  switch (config.kind) {
    case 'clip':
      return clipInitialiser(config, name);
    default:
      throw notYet(config.kind);
  }
}

function notYet(kind: string): ModelConfigError {
  return new ModelConfigError('UNSUPPORTED', `the tower ${kind} is missing`, 'Use CLIP.');
}
