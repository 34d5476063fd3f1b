export { PretrainedError, type PretrainedErrorCode } from './errors.ts';
