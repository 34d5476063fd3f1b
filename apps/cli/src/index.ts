export { processContext, type CliContext } from './context.ts';
export { createProgram, runProgram } from './program.ts';
