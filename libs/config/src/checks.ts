import type { RunFile } from './schema.ts';
import { parseTrainModule } from './train-modules.ts';

/** A problem found between fields; the path says which value to point at. */
export interface FieldProblem {
  path: (string | number)[];
  message: string;
}

/** What the schema cannot say: relations between keys. Returns all problems, in file order. */
export function crossFieldProblems(file: RunFile): FieldProblem[] {
  return [
    ...gangProblems(file),
    ...exchangeProblems(file),
    ...stageOrderProblems(file),
    ...stageProblems(file),
  ];
}

function gangProblems({ gang, data }: RunFile): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const minTrainers = gang.minTrainers ?? gang.trainers;
  const lanes = data.lanes ?? gang.trainers;
  if (minTrainers > gang.trainers) {
    problems.push({
      path: ['gang', 'minTrainers'],
      message: `is ${minTrainers}, more than gang.trainers (${gang.trainers}); make it at most ${gang.trainers}`,
    });
  }
  if (lanes % gang.trainers !== 0) {
    const next = Math.ceil(lanes / gang.trainers) * gang.trainers;
    problems.push({
      path: ['data', 'lanes'],
      message: `is ${lanes}, not a multiple of gang.trainers (${gang.trainers}), so the trainers would not get equal parts; for example ${next}`,
    });
  } else if (lanes % minTrainers !== 0 && minTrainers <= gang.trainers) {
    problems.push({
      path: ['gang', 'minTrainers'],
      message: `is ${minTrainers}, which does not divide data.lanes (${lanes}), so that few trainers could not share the batch equally`,
    });
  }
  return problems;
}

/** What trainers of a gang exchange. */
function exchangeProblems({ gang, stages }: RunFile): FieldProblem[] {
  const { trainers, sites, localSteps, shardOptimizer } = gang;
  const problems: FieldProblem[] = [];
  if (sites !== undefined && trainers % sites !== 0) {
    problems.push({
      path: ['gang', 'sites'],
      message: `is ${sites}, which does not divide gang.trainers (${trainers}), so the sites would not be equal`,
    });
  }
  if (sites !== undefined && sites > 1 && localSteps === 1) {
    problems.push({
      path: ['gang', 'sites'],
      message: `is ${sites}, but with gang.localSteps 1 there are none: set localSteps to the steps between their exchanges, for example 50`,
    });
  }
  if (shardOptimizer && localSteps > 1) {
    problems.push({
      path: ['gang', 'shardOptimizer'],
      message: `is true with gang.localSteps ${localSteps}: moments stay with each site then; choose one of the two`,
    });
  }
  stages.forEach(({ gradientCompression = 'none' }, index) => {
    if (!shardOptimizer || gradientCompression === 'none') return;
    problems.push({
      path: ['stages', index, 'gradientCompression'],
      message: `is '${gradientCompression}' with gang.shardOptimizer, which sends gradients as they are: set it to 'none'`,
    });
  });
  return problems;
}

function stageOrderProblems({ stages }: RunFile): FieldProblem[] {
  const order = stages.map((stage) => stage.stage).join(', ');
  if (order === '1, 2, 3') return [];
  return [
    {
      path: ['stages'],
      message: `must be exactly three, 'stage: 1', 'stage: 2' and 'stage: 3' in this order; found ${order === '' ? 'none' : order}`,
    },
  ];
}

function stageProblems({ stages, data, gang }: RunFile): FieldProblem[] {
  const lanes = data.lanes ?? gang.trainers;
  const problems: FieldProblem[] = [];
  stages.forEach((stage, index) => {
    const accumulation = stage.accumulation ?? 1;
    const unit = lanes * accumulation;
    if (stage.batchSize % unit !== 0) {
      const next = Math.ceil(stage.batchSize / unit) * unit;
      problems.push({
        path: ['stages', index, 'batchSize'],
        message: `is ${stage.batchSize}, not divisible by data.lanes x accumulation (${lanes} x ${accumulation} = ${unit}); for example ${next}`,
      });
    }
    const [maxTau, minTau] = [stage.maxTau ?? 5, stage.minTau ?? 0.05];
    if (minTau > maxTau) {
      problems.push({
        path: ['stages', index, stage.minTau === undefined ? 'maxTau' : 'minTau'],
        message: `minTau is ${minTau}, above maxTau (${maxTau}); the temperature can only fall`,
      });
    }
    if (stage.captionTemplate !== undefined && stage.captionTemplate.split('<image>').length !== 2) {
      problems.push({
        path: ['stages', index, 'captionTemplate'],
        message: `must contain '<image>' exactly once: the place of the picture`,
      });
    }
    const reinitialises = stage.trainModules?.some(
      (entry) => parseTrainModule(entry).name === 'visual_tokenizer.re_init_layers',
    );
    if (stage.stage !== 1 && reinitialises) {
      problems.push({
        path: ['stages', index, 'trainModules'],
        message: `'visual_tokenizer.re_init_layers' exists only in stage 1; use 'visual_tokenizer' or 'visual_tokenizer.backbone.layer.-1'`,
      });
    }
  });
  return problems;
}
