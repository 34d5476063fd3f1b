// Entry of the bundle that runs in Temporal's deterministic sandbox: nothing but workflows may be exported here, and
// nothing below may import Node modules, the clock of another machine, or other libs (types excepted).
export { runStage } from './run-stage.ts';
export { trainOvis } from './train-ovis.ts';
