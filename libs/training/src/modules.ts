import { parseTrainModule } from '@ovis/config';
import type { OvisConfig } from '@ovis/model';
import { StageError } from './errors.ts';

const HEAD = 'visual_tokenizer.head.';
const BACKBONE = 'visual_tokenizer.backbone.';
/** CLIP and SigLIP; AIMv2. */
const ENCODER_LAYER = /^visual_tokenizer\.backbone\.(?:vision_model\.encoder\.layers|trunk\.blocks)\.(\d+)\./;

/**
 * Which parameters a stage trains (spec 5.1); everything else is frozen: it passes gradients on but does not change.
 *
 * @param modules names such as `vte`, `visual_tokenizer.head`, `visual_tokenizer.backbone.layer.-1`, `llm`, `all`; with a peak rate of their
 *   own: `vte:1e-4`. Where modules overlap, the last one's rate counts.
 * @param names parameter names of the model
 * @param options.reinitLayersFrom first ViT block of `visual_tokenizer.re_init_layers`; negative counts from the
 *   end. Default -1: the last block.
 * @returns the selected names, in the order of `names`, each with its own peak rate or undefined (the stage's)
 * @throws StageError UNKNOWN_MODULE, NOTHING_TO_TRAIN, BAD_SETTINGS (a rate)
 */
export function trainedRates(
  modules: readonly string[],
  config: OvisConfig,
  names: readonly string[],
  options: { reinitLayersFrom?: number } = {},
): Map<string, number | undefined> {
  const layers = config.visual.backbone.layers;
  const selectors = modules.map((entry) => {
    const { name, learningRate } = parseTrainModule(entry);
    if (learningRate !== undefined && !(learningRate >= 0)) throw badRate(entry);
    return { matches: selector(name, layers, options.reinitLayersFrom ?? -1), learningRate };
  });
  const selected = new Map<string, number | undefined>();
  for (const name of names) {
    const last = selectors.findLast(({ matches }) => matches(name));
    if (last) selected.set(name, last.learningRate);
  }
  if (selected.size === 0) {
    throw new StageError(
      'NOTHING_TO_TRAIN',
      `trainModules [${modules.join(', ')}] select none of the model's ${names.length} parameters.`,
      'Name at least one module, for example vte.',
    );
  }
  return selected;
}

/** The names that {@link trainedRates} selects. */
export function trainableNames(...selection: Parameters<typeof trainedRates>): string[] {
  return [...trainedRates(...selection).keys()];
}

function badRate(entry: string): StageError {
  return new StageError(
    'BAD_SETTINGS',
    `The module '${entry}' has no learning rate behind the colon.`,
    'Write NAME:RATE, for example vte:1e-4.',
  );
}

/** Index of a ViT block that may be given from the end (-1 = the last). */
export function absoluteLayer(layer: number, layers: number): number {
  const index = layer < 0 ? layers + layer : layer;
  if (!Number.isInteger(index) || index < 0 || index >= layers) {
    throw new StageError(
      'UNKNOWN_MODULE',
      `The vision transformer has no block ${layer}: it has ${layers}.`,
      `Use 0 to ${layers - 1}, or -1 to -${layers} from the end.`,
    );
  }
  return index;
}

function selector(module: string, layers: number, reinitLayersFrom: number): (name: string) => boolean {
  switch (module) {
    case 'all':
      return () => true;
    case 'llm':
      return (name) => name.startsWith('llm.');
    case 'visual_tokenizer':
      return (name) => name.startsWith('visual_tokenizer.');
    case 'visual_tokenizer.backbone':
      return (name) => name.startsWith(BACKBONE);
    case 'visual_tokenizer.head':
      return (name) => name.startsWith(HEAD);
    case 'visual_tokenizer.re_init_layers': {
      const from = absoluteLayer(reinitLayersFrom, layers);
      return (name) => encoderLayer(name) >= from;
    }
    case 'vte':
      return (name) => name.startsWith('vte.');
  }
  const one = /^visual_tokenizer\.backbone\.layer\.(-?\d+)$/.exec(module);
  if (!one) {
    throw new StageError(
      'UNKNOWN_MODULE',
      `There is no module '${module}' to train.`,
      'Use all, llm, vte, visual_tokenizer, visual_tokenizer.backbone, visual_tokenizer.head, visual_tokenizer.re_init_layers or visual_tokenizer.backbone.layer.N.',
    );
  }
  const layer = absoluteLayer(Number(one[1]), layers);
  return (name) => encoderLayer(name) === layer;
}

/** Index of the ViT block a parameter is part of, -1 for every other parameter. */
function encoderLayer(name: string): number {
  const match = ENCODER_LAYER.exec(name);
  return match ? Number(match[1]) : -1;
}

const VISUAL_NORM = /(layer_?norm\d?|pre_layrnorm|head\.1)\.weight$/;

/**
 * Whether weight decay applies to a parameter (spec 5.2): not to biases nor to the weights of LayerNorms, as in the
 * Trainer. The RMSNorms of the language model are no LayerNorms to it, so they and `vte` decay.
 */
export function isDecayed(name: string): boolean {
  if (name.endsWith('.bias')) return false;
  return !(name.startsWith('visual_tokenizer.') && VISUAL_NORM.test(name));
}
