import { parseTrainModule } from '@ovis/config';
import { reinitLastVitBlocks } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { absoluteLayer } from './modules.ts';
import type { StageSettings } from './settings.ts';

/** The weights a stage starts from: stage 1 draws new ones for the ViT blocks it re-initialises (spec 2.2). */
export function freshParams(config: OvisConfig, params: Params, settings: StageSettings): Params {
  const { stage, trainModules, reinitLayersFrom, seed } = settings;
  const reinit =
    stage === 1 &&
    trainModules.some((entry) => parseTrainModule(entry).name === 'visual_tokenizer.re_init_layers');
  if (!reinit || reinitLayersFrom === undefined) return params;
  const begin = absoluteLayer(reinitLayersFrom, config.visual.backbone.layers);
  return reinitLastVitBlocks(config, params, { begin, seed });
}
