import { mergedBatchTensors, type Params } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { CaseTensors } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { forwardInputs, forwardPlan } from '../model/forward.ts';
import { goldenNames } from '../model/golden-names.ts';
import { lossGradients } from '../model/loss-gradients.ts';
import { noisyParameters } from '../model/noisy-parameters.ts';
import { magnitude, type Rows } from '../rows.ts';
import { GRADIENT_NOISE, TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';

const CHECK = 'gradients';
const LISTS = ['params_without_grad', 'params_with_zero_grad', 'params_with_noise_only_grad'] as const;

/** The gradient of every stored parameter, which parameters have none, and the norm over all. */
export function gradientsCheck(c: ParityCase): Check {
  const info = c.forward ?? c.nativeForward;
  return {
    name: CHECK,
    claims: [...claimsOf(c.gradients), ...fieldClaims('forward.json', info, ['grad_norm_all', ...LISTS])],
    run: (rows, _c, params) => {
      const names = goldenNames(c.config);
      const own = forwardGradients(c, params);
      const gradients = names.toGolden(own);
      const noisy = new Set([...noisyParameters(c), ...(info?.params_with_zero_grad ?? [])]);
      const largest = Math.max(...Object.values(gradients).map(({ data }) => magnitude(data)));
      const noise = { absolute: GRADIENT_NOISE * largest };
      for (const [name, golden] of Object.entries(c.gradients ?? {})) {
        const tolerance = noisy.has(name) ? noise : TOLERANCES.gradient;
        rows.compare(name, golden, gradients[name]?.data, tolerance);
      }
      compareLists(rows, c, gradients, noise.absolute);
      const norm = Math.sqrt(Object.values(own).reduce((sum, { data }) => sum + squares(data), 0));
      if (info?.grad_norm_all !== undefined) {
        rows.number('forward.json: grad_norm_all', info.grad_norm_all, norm, TOLERANCES.gradientNorm);
      }
    },
  };
}

/** Gradients of the mean loss of the forward batch for all parameters, official names. */
export function forwardGradients(c: ParityCase, params: Params): CaseTensors {
  const inputs = forwardInputs(c);
  const plan = forwardPlan(c.config, inputs, c.config.multimodalMaxLength);
  const batch = mergedBatchTensors(c.config, plan, inputs.pixels);
  try {
    return lossGradients(c.config, params, batch);
  } finally {
    tf.dispose({ ...batch });
  }
}

/** Parameters listed as without gradient must have none here; those with zero or noise at most noise. */
function compareLists(rows: Rows, c: ParityCase, gradients: CaseTensors, noise: number): void {
  const info = c.forward ?? c.nativeForward;
  for (const list of LISTS) {
    const names = info?.[list];
    if (!names) continue;
    const limit = list === 'params_without_grad' ? 0 : noise;
    const reached = names.map((name) => {
      const gradient = gradients[name];
      return gradient ? magnitude(gradient.data) : NaN;
    });
    const row = { data: names.map(() => 0), shape: [names.length] };
    const { verdict } = rows.compare(`forward.json: ${list}`, row, reached, { absolute: limit });
    if (verdict === 'ok') continue;
    const wrong = names.filter((_, i) => !(reached[i]! <= limit));
    rows.all.at(-1)!.note = `not so here: ${wrong.slice(0, 3).join(', ')}`;
  }
}

function squares(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  return sum;
}
