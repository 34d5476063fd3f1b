import type { RunConfig, StageConfig } from '@ovis/config';
import { count, table } from './format.ts';
import { exchangeLine } from './plan-exchange.ts';

/** What a run will do, for people, before it starts. */
export function planLines(runId: string, config: RunConfig): string[] {
  const { gang, model, data, priority } = config;
  const fewer = gang.minTrainers < gang.trainers ? `, at least ${gang.minTrainers}` : '';
  const { device, memoryGb, labels = {} } = gang.require ?? {};
  const required = [
    device,
    memoryGb && `${memoryGb} GB`,
    ...Object.entries(labels).map((label) => label.join('=')),
  ];
  const which = required.filter(Boolean).join(', ');
  const indicators = model.useIndicators ? ', indicators' : '';
  const rows = [
    ['stage', 'steps', 'batch', 'samples', 'learning rate', 'checkpoints', 'trains'],
    ...config.stages.map(stageRow),
  ];
  const exchange = exchangeLine(config);
  return [
    `run         ${runId}`,
    `storage     ${config.storage.replace(/\/+$/, '')}/${runId}/`,
    `trainers    ${gang.trainers}${fewer}${which === '' ? '' : ` with ${which}`}; waits ${gang.waitSeconds} s for them; ${data.lanes} lanes${priority === 0 ? '' : `; priority ${priority}`}`,
    ...(exchange === undefined ? [] : [`exchange    ${exchange}`]),
    `backbones   ${model.backbones}`,
    `vocabulary  ${count(model.visualVocabSize)} visual words (${model.tokenizeFunction}${indicators}); up to ${count(model.multimodalMaxLength)} positions`,
    '',
    ...table(rows),
    '',
    `checkpoints ${keptLine(config.checkpoints)}`,
    ...config.stages.map((stage) => `data ${stage.stage}      ${stage.dataset} (${stage.format})`),
    `evaluation  ${config.evaluation === undefined ? 'none' : config.evaluation.dataset}`,
  ];
}

function keptLine({ keepLast, keepEvery, keepBest, metric }: Partial<RunConfig['checkpoints']> = {}): string {
  const rules = [
    keepLast && `the last ${keepLast}`,
    keepEvery && `every ${count(keepEvery)} steps`,
    keepBest && `the best ${keepBest} by ${metric}`,
  ].filter(Boolean);
  return rules.length === 0 ? 'all are kept' : `kept: ${rules.join(', ')}, and the end of every stage`;
}

function stageRow(stage: StageConfig): string[] {
  const split =
    stage.accumulation > 1 ? ` (${stage.accumulation} x ${stage.batchSize / stage.accumulation})` : '';
  return [
    String(stage.stage),
    count(stage.steps),
    `${stage.batchSize}${split}`,
    count(stage.steps * stage.batchSize),
    `${stage.learningRate} ${stage.schedule}, warm-up ${stage.warmupRatio}`,
    `every ${stage.checkpointEvery}`,
    stage.trainModules.join(' '),
  ];
}
