export { RunConfigError, type ConfigProblem } from './errors.ts';
export { applyOverrides, parseRunConfig, runConfigJsonSchema, type ParseOptions } from './parse.ts';
export { monitorSchema } from './monitor-schema.ts';
export type {
  MonitorConfig,
  RunConfig,
  StageConfig,
  StageNumber,
  TrainerRequirements,
} from './run-config.ts';
export { closest, didYouMean, editDistance } from './suggest.ts';
export { parseTrainModule, trainModuleNames, trainModuleProblem } from './train-modules.ts';
export type { TrainModule } from './train-modules.ts';
export {
  configChanges,
  meaningOfChanges,
  type ChangeMeaning,
  type ConfigChange,
  type GoesOnAt,
} from './changes.ts';
