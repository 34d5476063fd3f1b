import type { ClipVisionConfig } from '../config/index.ts';
import type { Initialiser } from '../init.ts';

/** CLIP's own initialiser in Hugging Face (spec 2.2). `name` is below `visual_tokenizer.backbone.`. */
export function clipInitialiser(c: ClipVisionConfig, name: string): Initialiser {
  const d = c.hiddenSize;
  const inProjection = d ** -0.5 * (2 * c.layers) ** -0.5 * c.initializerFactor;
  const normal = (std: number): Initialiser => ({ kind: 'normal', mean: 0, std });
  if (name.endsWith('.bias')) return { kind: 'constant', value: 0 };
  if (name.includes('norm')) return { kind: 'constant', value: 1 };
  if (name.endsWith('class_embedding')) return normal(d ** -0.5 * c.initializerFactor);
  if (name.includes('.embeddings.')) return normal(c.initializerRange * c.initializerFactor);
  if (name.endsWith('out_proj.weight')) return normal(d ** -0.5 * c.initializerFactor);
  if (name.endsWith('mlp.fc1.weight')) return normal((2 * d) ** -0.5 * c.initializerFactor);
  return normal(inProjection); // q, k, v and fc2
}
