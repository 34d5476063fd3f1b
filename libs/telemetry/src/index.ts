export { ChunkedLog, type ChunkedLogOptions } from './chunked-log.ts';
export { createLogger, tapLog } from './logger.ts';
export type { Logger, LoggerOptions, LogLevel } from './logger.ts';
export { counters, gauges, processRegistry, Registry } from './metrics.ts';
export { serveMetrics, type MetricsServer } from './metrics-server.ts';
export { prettyLine } from './pretty-line.ts';
