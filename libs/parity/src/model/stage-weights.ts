import type { CaseTensors } from '../case/files.ts';
import type { ParityCase, StageNumber } from '../case/parity-case.ts';
import { goldenNames } from './golden-names.ts';

/**
 * The weights before and after a stage, official names: the files hold what differs from the state before (`init.*`) and what
 * changed (`final.*`). Native stages all start from the checkpoint.
 */
export function stageWeights(
  c: ParityCase,
  stage: StageNumber,
): { initial: CaseTensors; final: CaseTensors } {
  const names = goldenNames(c.config);
  const chained = c.config.generation !== 'native';
  let initial = c.weights;
  let final = c.weights;
  for (const s of [1, 2, 3] as const) {
    if (s > stage || (!chained && s !== stage)) continue;
    const tensors = c.stages[s]?.tensors ?? {};
    const part = (prefix: string) =>
      names.toOfficial(
        Object.fromEntries(
          Object.entries(tensors).flatMap(([name, tensor]) =>
            name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
          ),
        ),
      );
    initial = { ...final, ...part('init.') };
    final = { ...initial, ...part('final.') };
  }
  return { initial, final };
}
