export { ChunkedLog, type ChunkedLogOptions } from './chunked-log.ts';
export { createLogger, tapLog } from './logger.ts';
export type { Logger, LoggerOptions, LogLevel } from './logger.ts';
export { prettyLine } from './pretty-line.ts';
