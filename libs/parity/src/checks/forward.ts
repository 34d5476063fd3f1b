import type { MergePlan, OvisConfig } from '@ovis/model';
import type { CaseTensor, CaseTensors } from '../case/files.ts';
import type { ParityCase } from '../case/parity-case.ts';
import { forwardInputs, forwardPlan, rowsOf, runForward, type ForwardResult } from '../model/forward.ts';
import type { Rows } from '../rows.ts';
import { TOLERANCES } from '../tolerances.ts';
import { claimsOf, fieldClaims, type Check } from './check.ts';

const JSON_FIELDS = ['loss', 'loss_fp64'];
const STATISTICS = ['max', 'mean_max', 'frac_above_1e4'] as const;

/** Every activation and the loss of the forward pass. */
export function forwardCheck(c: ParityCase): Check {
  const info = c.forward ?? c.nativeForward;
  return {
    name: 'forward',
    claims: [
      ...claimsOf(c.activations, (name) => name.startsWith('out.')),
      ...Object.keys(info?.aliases ?? {}).map((tensor) => ({ tensor, shape: [] })),
      ...fieldClaims('forward.json', info, JSON_FIELDS),
      ...fieldClaims('forward.json: tokens_stats', c.forward?.tokens_stats, STATISTICS),
    ],
    run: (rows, _c, params) => {
      const inputs = forwardInputs(c);
      const plan = forwardPlan(c.config, inputs, c.config.multimodalMaxLength);
      const result = runForward(c.config, params, inputs, plan);
      compareOutputs(rows, c.config, c.activations ?? {}, plan, result);
      for (const [alias, stored] of Object.entries(info?.aliases ?? {})) {
        const golden = c.activations?.[stored];
        if (golden) compareOutput(rows, c.config, alias, golden, plan, result);
      }
      if (info?.loss !== undefined)
        rows.number('forward.json: loss', info.loss, result.loss, TOLERANCES.loss);
      if (info?.loss_fp64 !== undefined) {
        rows.number('forward.json: loss_fp64', info.loss_fp64, result.loss, TOLERANCES.loss);
      }
      if (c.forward?.tokens_stats) compareStatistics(rows, c.config, c.forward.tokens_stats, result.taps);
    },
  };
}

/** Compares all `out.*` tensors of a file with what the model made. */
export function compareOutputs(
  rows: Rows,
  config: OvisConfig,
  golden: CaseTensors,
  plan: MergePlan,
  result: ForwardResult,
): void {
  for (const [name, tensor] of Object.entries(golden)) {
    if (!name.startsWith('out.')) continue;
    // The positions whose logits are stored; out.llm.logits is read at them.
    if (name === 'out.llm.logits.rows') compareLogitRows(rows, tensor, plan);
    else if (name === 'out.llm.logits') {
      const at = golden['out.llm.logits.rows'];
      const actual = at && logitsAt(result.taps['llm.logits'], at, plan, config.llm.vocabSize);
      rows.compare(name, tensor, actual, TOLERANCES.activation);
    } else compareOutput(rows, config, name, tensor, plan, result);
  }
}

function compareOutput(
  rows: Rows,
  config: OvisConfig,
  name: string,
  golden: CaseTensor,
  plan: MergePlan,
  { taps, loss }: ForwardResult,
): void {
  // Transformers names the native tower's blocks otherwise.
  const tap = taps[name.slice('out.'.length).replace('vit.layer.', 'vit.hidden_states.')];
  if (name === 'out.loss') rows.compare(name, golden, [loss], TOLERANCES.loss);
  else if (name === 'out.merged.labels') rows.exact(name, golden, plan.labels);
  else if (name === 'out.merged.attention_mask') rows.exact(name, golden, plan.attentionMask);
  else if (name === 'out.visual.tokens') {
    rows.compare(name, golden, tap && officialTokens(config, tap, golden.shape), TOLERANCES.probability);
  } else if (name.startsWith('out.llm.hidden_states.')) {
    rows.compare(name, golden, tap && attended(tap, plan), TOLERANCES.activation);
  } else if (name === 'out.merged.inputs_embeds' && config.generation === 'native') {
    // Native keeps the embedding of the padding id, which no position attends to.
    const shown = { data: attended(golden, plan), shape: golden.shape };
    rows.compare(name, shown, tap && attended(tap, plan), TOLERANCES.activation);
  } else rows.compare(name, golden, tap?.data, TOLERANCES.activation);
}

/** The official positions are those that a label follows: every one of them, in order. */
function compareLogitRows(rows: Rows, golden: CaseTensor, plan: MergePlan): void {
  const wrong = rowsOf(golden).flatMap(([sample = -1, at = -1]) => {
    const inside = sample >= 0 && sample < plan.batch && at >= 0 && at < plan.length;
    return inside && plan.attentionMask[sample * plan.length + at] === 1 ? [] : [`(${sample}, ${at})`];
  });
  rows.add({
    tensor: 'out.llm.logits.rows',
    shape: golden.shape,
    maxAbs: wrong.length,
    maxRel: wrong.length / Math.max(1, golden.shape[0] ?? 0),
    limit: 0,
    verdict: wrong.length === 0 ? 'ok' : 'differs',
    ...(wrong.length > 0 && { note: `no attended positions: ${wrong.slice(0, 3).join(', ')}` }),
  });
}

function logitsAt(
  logits: CaseTensor | undefined,
  at: CaseTensor,
  plan: MergePlan,
  vocabSize: number,
): Float32Array | undefined {
  if (!logits) return undefined;
  const positions = rowsOf(at).map(([sample = 0, row = 0]) => sample * plan.length + row);
  return takeRows(logits.data, positions, vocabSize);
}

/** Rows of attended positions, flattened in (sample, position) order. */
function attended({ data }: CaseTensor, plan: MergePlan): Float32Array {
  const width = data.length / (plan.batch * plan.length);
  const positions = Array.from(plan.attentionMask.keys()).filter((i) => plan.attentionMask[i] === 1);
  return takeRows(data, positions, width);
}

function takeRows(data: ArrayLike<number>, positions: readonly number[], width: number): Float32Array {
  const out = new Float32Array(positions.length * width);
  const all = data as Float32Array;
  positions.forEach((row, i) => out.set(all.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

/**
 * The first picture's probabilistic tokens as the official code has them: with the reserved columns (zeros), and in 1.x with the one-hot
 * rows of the two indicators around them (spec 1).
 */
function officialTokens(config: OvisConfig, { data, shape }: CaseTensor, golden: number[]): Float32Array {
  const [, rows = 0, words = 0] = shape;
  const { vocabSize, reserved, indicators } = config.visual;
  // Native ovis2 has its tokens before the reserved columns are appended.
  const columns = golden.at(-1) === words ? words : vocabSize;
  const around = indicators === 'wrapped' ? 1 : 0;
  const out = new Float32Array((rows + 2 * around) * columns);
  for (let row = 0; row < rows; row++) {
    out.set((data as Float32Array).subarray(row * words, (row + 1) * words), (row + around) * columns);
  }
  if (around) {
    out[vocabSize - reserved] = 1;
    out[(rows + 1) * columns + vocabSize - reserved + 1] = 1;
  }
  return out;
}

/** Figures over the probabilistic tokens of all pictures, indicator rows and reserved columns included. */
function compareStatistics(
  rows: Rows,
  config: OvisConfig,
  golden: { max: number; mean_max: number; frac_above_1e4: number },
  taps: CaseTensors,
): void {
  const tap = taps['visual.tokens'];
  if (!tap) return;
  const [images = 0, perImage = 0, words = 0] = tap.shape;
  const around = config.visual.indicators === 'wrapped' ? 2 * images : 0;
  let above = around;
  let sumOfMax = around;
  let max = around > 0 ? 1 : 0;
  for (let row = 0; row < images * perImage; row++) {
    let rowMax = 0;
    for (let word = 0; word < words; word++) {
      const p = tap.data[row * words + word] as number;
      if (p > 1e-4) above++;
      if (p > rowMax) rowMax = p;
    }
    sumOfMax += rowMax;
    max = Math.max(max, rowMax);
  }
  const all = images * perImage + around;
  const values = all * config.visual.vocabSize;
  const name = (field: string) => `forward.json: tokens_stats: ${field}`;
  rows.number(name('max'), golden.max, max, TOLERANCES.probability);
  rows.number(name('mean_max'), golden.mean_max, sumOfMax / all, TOLERANCES.probability);
  // A probability of just about 1e-4 may fall on the other side of it: two of them may.
  const flips = { absolute: 2 / values + 1e-6 };
  rows.number(name('frac_above_1e4'), golden.frac_above_1e4, above / values, flips);
}
