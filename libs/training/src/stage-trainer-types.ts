import type { OvisConfig, Params } from '@ovis/model';
import type { Collective } from './collective.ts';
import type { SiteCollectives } from './exchange/local-steps.ts';
import type { HostTensors, StoredTensors } from './host-tensors.ts';
import type { BadStep } from './monitors/loss-watch.ts';
import type { StageStatistics, StageWarning } from './monitors/stage-statistics.ts';
import type { StageSettings } from './settings.ts';
import type { StepFunctionsOptions } from './step-functions.ts';
import type { MonitorsState, TrainerState } from './trainer-state.ts';

export interface StageTrainerOptions {
  config: OvisConfig;
  /** All parameters of the model. The trained ones are copied and may be disposed then, the frozen ones used as they are. */
  params: Params;
  settings: StageSettings;
  /** Default: train alone. */
  collective?: Collective;
  /** With `settings.localSteps` above 1: those inside this rank's site and between the sites. */
  sites?: SiteCollectives;
  /** Go on from here; `params` and `optimizer` are then those of the same snapshot. */
  state?: TrainerState;
  /** With a `state`: rates, schedule, temperatures and the number of steps may differ from it. */
  acceptChanges?: boolean;
  /** Optimizer tensors of a snapshot; needed with a `state` whose step is not 0. */
  optimizer?: StoredTensors;
  /** What those who watch the stage remember; default: what the `state` says. */
  monitors?: MonitorsState;
  /** How the functions of a step are compiled: forward and backward pass (and what shares a call with them), and the update. */
  compileMode?: StepFunctionsOptions['mode'];
}

export interface StepResult {
  /** Optimizer steps done, this one included. */
  step: number;
  /** Loss of the global batch before the step, as `lossNormalization` says. */
  loss: number;
  /** Norm of the global gradient before clipping. */
  gradNorm: number;
  /** Rate the step ran with: that of the modules without one of their own. */
  learningRate: number;
  /** Rates of all groups, in the order of `trainer.groups`. */
  learningRates: number[];
  /** Learned tokens of the global batch. */
  tokens: number;
  /** Some rank asked to stop after this step; every rank sees the same answer. */
  stopRequested: boolean;
  computeMs: number;
  /** Time in which this rank only waited for the exchange; what the backward pass hides is not in it. */
  communicateMs: number;
  /** Time spent copying gradients between tensors and the exchange's buffers; part of `computeMs`. */
  stagingMs: number;
  /** Of the visual tokens, when they were looked at in front of this step. */
  statistics?: StageStatistics;
  /** What has come to be wrong, or is over. */
  warnings?: StageWarning[];
  /** This step is no good; `rollback`: the trainer is of no use any more. */
  bad?: BadStep;
}

export interface Snapshot {
  /** The whole model: copies of what this stage trains, views of what it leaves alone. */
  params: HostTensors;
  /** `exp_avg.NAME` and `exp_avg_sq.NAME` of every trained parameter; what else the exchange of gradients has to remember. */
  optimizer: HostTensors;
  state: TrainerState;
}
