export { ParityError, type ParityErrorCode } from './errors.ts';
export type { ParityRow, Verdict } from './rows.ts';
export { runParity, type ParityOptions, type ParityReport } from './run-parity.ts';
