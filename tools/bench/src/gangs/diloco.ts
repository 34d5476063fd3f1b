import { cacheDirectory } from '@ovis/tensorflow';
import { makeIconData } from '@ovis/datasets';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GangOptions } from '../cases/index.ts';
import type { CaseResult } from '../harness/result.ts';
import type { DilocoResult, DilocoSetup } from './diloco-rank.ts';
import { BenchGang } from './gang.ts';

/*
 * Local steps with an outer optimizer (DiLoCo) beside plain data parallel: two trainers, stage 1 of the demo, the same samples. Compared are the loss
 * of the model that comes out, and the bytes that a trainer sends per step.
 */

type Form = Pick<DilocoSetup, 'localSteps' | 'compression' | 'outer'>;

/** Weights are averaged, and that is all. */
const average = { outerLearningRate: 1, outerMomentum: 0 };

const FORMS: readonly Form[] = [
  { localSteps: 10, compression: 'none', outer: average },
  { localSteps: 10, compression: 'none' },
  { localSteps: 30, compression: 'none' },
  { localSteps: 30, compression: 'int8' },
];
const nameOf = ({ localSteps, compression, outer }: Form) =>
  `local-${localSteps}${outer ? '-average' : ''}${compression === 'none' ? '' : `-${compression}`}`;

export const DILOCO_CASES = FORMS.map(nameOf);

const DEFAULT_STEPS = 300;
/** Things of the demo's drawings, of about 1,600. */
const THINGS = 300;

/** @param o.rounds optimizer steps of each form */
export async function runDiloco({
  only,
  rounds: steps = DEFAULT_STEPS,
  log,
}: GangOptions): Promise<CaseResult[]> {
  const out = join(cacheDirectory(), 'bench', `icons-${THINGS}`);
  const { patterns, sets } = await makeIconData({ out, things: THINGS });
  log(`${sets.captions.samples} captions in ${out}; ${steps} steps of 32 of them in each form`);
  const backbones = fileURLToPath(new URL('../../../pretrain/backbones/icons', import.meta.url));
  const train = async (form: Form, name: string): Promise<DilocoResult> => {
    const setup: DilocoSetup = { dataset: patterns.captions, backbones, steps, ...form };
    const gang = await BenchGang.start('./diloco-rank.ts', 2, setup);
    try {
      const result = await gang.ask<DilocoResult>('train');
      const { loss, trainingLoss, bytes } = result;
      log(
        `${name}: loss ${loss.toFixed(4)}, of the last steps ${trainingLoss.toFixed(4)}; ${(bytes / 1000).toFixed(1)} KB sent per step and trainer`,
      );
      return result;
    } finally {
      gang.close();
    }
  };
  const plain = await train({ localSteps: 1, compression: 'none' }, 'plain data parallel');
  const results: CaseResult[] = [];
  for (const form of FORMS) {
    const name = nameOf(form);
    if (!only.includes(name)) continue;
    const { loss, bytes } = await train(form, name);
    results.push(
      resultOf(`${name}-loss`, loss, plain.loss, 'loss', steps),
      resultOf(`${name}-sent`, bytes, plain.bytes, 'bytes', steps),
    );
  }
  return results;
}

function resultOf(
  name: string,
  ours: number,
  peer: number,
  unit: 'loss' | 'bytes',
  steps: number,
): CaseResult {
  return {
    case: name,
    ours: Number(ours.toPrecision(5)),
    peer: Number(peer.toPrecision(5)),
    peerName: `plain data parallel, ${steps} steps`,
    unit,
    ratio: Number((ours / peer).toFixed(3)),
    oursVariant: null,
    oursCpu: null,
    peerCpu: null,
    ratioCpu: null,
    oursCores: null,
    peerCores: null,
    oursSpread: null,
    peerSpread: null,
    better: 'lower',
    rounds: 1,
  };
}
