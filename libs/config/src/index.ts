export { RunConfigError, type ConfigProblem } from './errors.ts';
export { applyOverrides, parseRunConfig, runConfigJsonSchema, type ParseOptions } from './parse.ts';
export type { RunConfig, StageConfig, StageNumber } from './run-config.ts';
export { closest, didYouMean, editDistance } from './suggest.ts';
export { trainModuleNames } from './train-modules.ts';
