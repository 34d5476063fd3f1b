import { imageTokenRows, patchSide, type OvisConfig } from './config/index.ts';
import { parameterShapes, partOf, type ModelPart } from './parameter-shapes.ts';

/** Sizes of a model, for plans and logs. */
export interface ModelDescription {
  /** Number of weights per part. */
  parameters: Record<ModelPart, number>;
  total: number;
  /** Rows of the sequence per image, indicators included. */
  imageRows: number;
  /** For instance `CLIP ViT 4x128 (36 patches) + 512 visual words + qwen2 4x128`. */
  summary: string;
}

const TOWERS = { clip: 'CLIP', siglip: 'SigLIP', aimv2: 'AIMv2' } as const;

/** Counts the parameters of each part. */
export function describeModel(config: OvisConfig): ModelDescription {
  const parameters: Record<ModelPart, number> = { vit: 0, visual_head: 0, vte: 0, llm: 0 };
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    parameters[partOf(name)] += shape.reduce((product, size) => product * size, 1);
  }
  const { backbone } = config.visual;
  const patches = patchSide(backbone) ** 2;
  return {
    parameters,
    total: Object.values(parameters).reduce((sum, count) => sum + count, 0),
    imageRows: imageTokenRows(config),
    summary:
      `${TOWERS[backbone.kind]} ViT ${backbone.layers}x${backbone.hiddenSize} (${patches} patches) + ` +
      `${config.visual.vocabSize} visual words + ${config.llm.family} ${config.llm.layers}x${config.llm.hiddenSize}`,
  };
}
