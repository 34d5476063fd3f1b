import type { ParityCase } from '../case/parity-case.ts';
import { forwardInputs, forwardPlan, runForward } from '../model/forward.ts';
import { claimsOf, type Check } from './check.ts';
import { compareOutputs } from './forward.ts';

/** The forward batch cut at a shorter `multimodal_max_length`. */
export function truncatedCheck(c: ParityCase): Check {
  return {
    name: 'truncated',
    claims: claimsOf(c.truncated?.tensors),
    run: (rows, _c, params) => {
      const { tensors, maxLength } = c.truncated!;
      const inputs = forwardInputs(c);
      const plan = forwardPlan(c.config, inputs, maxLength);
      compareOutputs(rows, c.config, tensors, plan, runForward(c.config, params, inputs, plan));
    },
  };
}
