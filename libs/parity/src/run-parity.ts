import type { Params } from '@ovis/model';
import { initEngine, tf } from '@ovis/tensorflow';
import type { ParityCase } from './case/parity-case.ts';
import { readCase } from './case/read-case.ts';
import type { Check } from './checks/check.ts';
import { datasetsCheck } from './checks/datasets.ts';
import { forwardCheck } from './checks/forward.ts';
import { generationAfterStagesCheck, generationCheck } from './checks/generation.ts';
import { gradientsCheck } from './checks/gradients.ts';
import { imagesCheck } from './checks/images.ts';
import { nativeStageCheck } from './checks/native-stages.ts';
import { nativeProcessorCheck, nativeTextCheck } from './checks/native-text.ts';
import { officialStageCheck } from './checks/stages.ts';
import { textCheck } from './checks/text.ts';
import { tokenizeCheck } from './checks/tokenize.ts';
import { truncatedCheck } from './checks/truncated.ts';
import { messageOf } from './errors.ts';
import { toParams } from './model/forward.ts';
import { Rows, type ParityRow } from './rows.ts';

export interface ParityReport {
  /** Name of the folder. */
  case: string;
  checks: ParityRow[];
  /** Rows that are not `ok`. */
  failed: number;
  /** All rows. */
  compared: number;
}

export interface ParityOptions {
  /** Called with the name of each check before it runs. */
  onCheck?: (name: string) => void;
}

/** What a case can be checked for; a part that the folder does not have claims nothing and is left out. */
function checksOf(c: ParityCase): Check[] {
  const native = c.config.generation === 'native';
  const stages = ([1, 2, 3] as const).flatMap((stage) => {
    const golden = c.stages[stage];
    if (!golden) return [];
    return [native ? nativeStageCheck(stage, golden) : officialStageCheck(stage, golden)];
  });
  const all = [
    imagesCheck(c),
    native ? nativeTextCheck(c) : textCheck(c),
    nativeProcessorCheck(c),
    datasetsCheck(c),
    forwardCheck(c),
    truncatedCheck(c),
    tokenizeCheck(c),
    gradientsCheck(c),
    generationCheck(c),
    ...stages,
    generationAfterStagesCheck(c),
  ];
  return all.filter(({ claims }) => claims.length > 0);
}

/**
 * Compares this implementation with a model case of the golden data, tensor by tensor. Differences are rows of the report; only a case
 * that cannot be read is an error.
 * @throws ParityError, ModelConfigError, ParameterError, as `readCase`
 */
export async function runParity(folder: string, o: ParityOptions = {}): Promise<ParityReport> {
  const found = await readCase(folder);
  await initEngine();
  const params = toParams(found.weights);
  const checks: ParityRow[] = [];
  try {
    for (const check of checksOf(found)) {
      o.onCheck?.(check.name);
      checks.push(...(await runCheck(check, found, params)));
    }
  } finally {
    tf.dispose(params);
  }
  const failed = checks.filter(({ verdict }) => verdict !== 'ok').length;
  return { case: found.name, checks, failed, compared: checks.length };
}

/** Every golden value that has no row in the end is a failure, whatever the reason. */
async function runCheck(check: Check, found: ParityCase, params: Params): Promise<ParityRow[]> {
  const rows = new Rows(check.name);
  let why = 'nothing was compared with it';
  try {
    await check.run(rows, found, params);
  } catch (error) {
    why = messageOf(error);
    if (check.claims.every(({ tensor }) => rows.has(tensor))) rows.missing('(the whole check)', [], why);
  }
  for (const { tensor, shape } of check.claims) if (!rows.has(tensor)) rows.missing(tensor, shape, why);
  return rows.all;
}
