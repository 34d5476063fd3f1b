export { makeTinyRun, type TinyRun, type TinyRunOptions } from './tiny-run.ts';
