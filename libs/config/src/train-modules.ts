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

/** Why `name` selects nothing, or undefined when it is a module name. */
export function trainModuleProblem(name: string): string | undefined {
  if ((trainModuleNames as readonly string[]).includes(name) || oneLayer.test(name)) return undefined;
  const known = [...trainModuleNames, 'visual_tokenizer.backbone.layer.N'];
  return `unknown module '${name}'${didYouMean(name, known) || `; known: ${known.join(', ')}`}`;
}
