import { tokenize, type TokenizeFunction } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { CaseTensor } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { forwardInputs, forwardPlan, runForward } from '../model/forward.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, type Check } from './check.ts';

const GUMBEL = 'gumbel.tokens.tau';

/** The tokenize functions on stored logits (and noise), and the whole visual tokenizer's form of their result. */
export function tokenizeCheck(c: ParityCase): Check {
  const golden = c.tokenize ?? {};
  return {
    name: 'tokenize',
    claims: claimsOf(c.tokenize, (name) => name !== 'gumbel.noise' && (name !== 'logits' || !!c.activations)),
    run: (rows, _c, params) => {
      const logits = golden['logits'];
      if (!logits) return;
      const run = (how: TokenizeFunction, tau = 1) => tokensOf(c, logits, how, tau, golden['gumbel.noise']);
      for (const [name, tensor] of Object.entries(golden)) {
        if (name === 'tokens.softmax' || name === 'tokens.st_argmax') {
          rows.compare(
            name,
            tensor,
            run(name.slice('tokens.'.length) as TokenizeFunction),
            TOLERANCES.probability,
          );
        } else if (name.startsWith(GUMBEL)) {
          const tau = Number(name.slice(GUMBEL.length));
          rows.compare(name, tensor, run('gumbel_argmax', tau), TOLERANCES.probability);
        } else if (name.startsWith('forward.')) {
          const tokens = run(name.slice('forward.'.length) as TokenizeFunction);
          rows.compare(name, tensor, wrapped(c, tokens, logits, tensor), TOLERANCES.probability);
        }
      }
      if (!c.activations) return;
      // The logits are those of the first patches of the forward batch.
      const inputs = forwardInputs(c);
      const plan = forwardPlan(c.config, inputs, c.config.multimodalMaxLength);
      const own = runForward(c.config, params, inputs, plan).taps['visual.logits'];
      rows.compare('logits', logits, own?.data.subarray(0, logits.data.length), TOLERANCES.activation);
    },
  };
}

function tokensOf(
  c: ParityCase,
  logits: CaseTensor,
  how: TokenizeFunction,
  tau: number,
  noise: CaseTensor | undefined,
): Float32Array {
  const words = logits.shape.at(-1)!;
  const rows = logits.data.length / words;
  const { visual } = c.config;
  return tf.tidy(() => {
    const tensor = ({ data }: CaseTensor) => tf.tensor2d(data, [rows, words], 'float32');
    const gumbelNoise = how === 'gumbel_argmax' && noise ? tensor(noise) : undefined;
    const config = { ...visual, tokenizeFunction: how, tau };
    return tokenize(config, tensor(logits), { gumbelNoise }).dataSync().slice() as Float32Array;
  });
}

/**
 * `forward.*`: the first patches with the reserved columns, between the one-hot rows of the indicators where the config has them. How many
 * patches says the golden shape.
 */
function wrapped(c: ParityCase, tokens: Float32Array, logits: CaseTensor, golden: CaseTensor): Float32Array {
  const { vocabSize, reserved, indicators } = c.config.visual;
  const words = logits.shape.at(-1)!;
  const around = indicators === 'wrapped' ? 1 : 0;
  const patches = (golden.shape.at(-2) ?? 0) - 2 * around;
  const out = new Float32Array((patches + 2 * around) * vocabSize);
  for (let row = 0; row < patches; row++) {
    out.set(tokens.subarray(row * words, (row + 1) * words), (row + around) * vocabSize);
  }
  if (around) {
    out[vocabSize - reserved] = 1;
    out[(patches + 1) * vocabSize + vocabSize - reserved + 1] = 1;
  }
  return out;
}
