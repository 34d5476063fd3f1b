/** Bytes of one float32. */
const FLOAT = 4;

/** What a stage trains, and the memory it holds beside activations. */
export interface StageMemory {
  stage: 1 | 2 | 3;
  modules: readonly string[];
  tensors: number;
  parameters: number;
  /** Bytes: all weights, gradients of the trained ones, their two moments (AdamW), all float32. */
  weights: number;
  gradients: number;
  moments: number;
  total: number;
}

/** @param trained names of the trained tensors per stage */
export function stageMemory(
  shapes: Record<string, readonly number[]>,
  stages: readonly { stage: 1 | 2 | 3; modules: readonly string[]; trained: readonly string[] }[],
): StageMemory[] {
  const sizes = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, shape.reduce((product, n) => product * n, 1)]),
  );
  const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return stages.map(({ stage, modules, trained }) => {
    const parameters = trained.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    const memory = { weights: FLOAT * all, gradients: FLOAT * parameters, moments: 2 * FLOAT * parameters };
    const total = memory.weights + memory.gradients + memory.moments;
    return { stage, modules, tensors: trained.length, parameters, ...memory, total };
  });
}
