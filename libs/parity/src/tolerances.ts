/**
 * How far two float32 implementations may be apart (the table in the README of the golden data). `relative` limits are
 * shares of the golden tensor's largest magnitude.
 */
export const TOLERANCES = {
  /** Hidden states, features, logits, embeddings. */
  activation: { relative: 1e-4 },
  /** Probabilities over the visual words. */
  probability: { absolute: 1e-5 },
  loss: { relative: 1e-5 },
  gradient: { relative: 5e-4 },
  gradientNorm: { relative: 1e-4 },
  /** Every entry of a parameter after a stage ... */
  parameter: { absolute: 2e-6 },
  /** Normalised pixels: what float32 loses; one level of 255 would be 1e-2. */
  pixel: { absolute: 1e-6 },
  /** Learning rates are computed in float64 on both sides. */
  learningRate: { relative: 1e-12 },
  /** Ids, labels, masks, placeholders. */
  exact: { absolute: 0 },
} as const satisfies Record<string, Tolerance>;

export type Tolerance = { relative: number } | { absolute: number };

/** ... and this share of its entries within this share of the parameter's largest move. */
export const MOVES = { share: 0.999, ofLargestMove: 0.02 };

/** A generated id counts where the two best logits were further apart than this. */
export const SAFE_MARGIN = 1e-3;

/**
 * Parameters whose true gradient is zero (`params_with_noise_only_grad`, `params_with_zero_grad`): both sides may hold rounding noise up to
 * this share of the largest gradient of the whole model (seen: 1.5e-8).
 */
export const GRADIENT_NOISE = 1e-6;

/** What two float32 implementations lose of a gradient, as a share of the tensor's largest (seen: 6e-5). */
export const ROUNDING_OF_GRADIENTS = 1e-5;

/** The largest difference that `tolerance` allows for tensors whose largest magnitude is `largest`. */
export function limitOf(tolerance: Tolerance, largest: number): number {
  return 'absolute' in tolerance ? tolerance.absolute : tolerance.relative * largest;
}
