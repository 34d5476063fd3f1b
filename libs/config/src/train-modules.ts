import { didYouMean } from './suggest.ts';

/** Names that `trainModules` may hold (specification 5.1), besides `visual_tokenizer.backbone.layer.N`. */
export const trainModuleNames = [
  'all',
  'llm',
  'visual_tokenizer',
  'visual_tokenizer.backbone',
  'visual_tokenizer.re_init_layers',
  'visual_tokenizer.head',
  'vte',
] as const;

const oneLayer = /^visual_tokenizer\.backbone\.layer\.-?\d+$/;

/** An entry of `trainModules`. */
export interface TrainModule {
  name: string;
  /** The module's own peak rate; without it the stage's. */
  learningRate?: number;
}

/**
 * Takes `NAME` or `NAME:RATE` apart, for instance `vte:1e-4` (the surface of Ovis 2.5, specification 5.1). A rate that is no number is NaN;
 * {@link trainModuleProblem} finds it.
 */
export function parseTrainModule(entry: string): TrainModule {
  const [name = '', ...rate] = entry.split(':');
  if (rate.length === 0) return { name };
  const text = rate.join(':').trim();
  return { name: name.trim(), learningRate: text === '' ? NaN : Number(text) };
}

/** Why `entry` selects nothing or has no usable rate, or undefined when all is well. */
export function trainModuleProblem(entry: string): string | undefined {
  const { name, learningRate } = parseTrainModule(entry);
  if (!(trainModuleNames as readonly string[]).includes(name) && !oneLayer.test(name)) {
    const known = [...trainModuleNames, 'visual_tokenizer.backbone.layer.N'];
    return `unknown module '${name}'${didYouMean(name, known) || `; known: ${known.join(', ')}`}`;
  }
  if (learningRate !== undefined && !(learningRate > 0 && Number.isFinite(learningRate))) {
    return `'${entry}' has no learning rate above 0 behind the colon; write for example ${name}:1e-4`;
  }
  return undefined;
}
