import { Writable } from 'node:stream';
import pino from 'pino';
import { prettyLine } from './pretty-line.ts';

export type Logger = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  /** Which part logs: "controller", "trainer-0". */
  name: string;
  /** Default: env OVIS_LOG_LEVEL, then "info". */
  level?: LogLevel;
  /** One readable line per entry instead of JSON. Default: whether the destination is a terminal. */
  pretty?: boolean;
  /** Where lines go. Default stderr, so that a command's result on stdout stays clean. */
  destination?: NodeJS.WritableStream & { isTTY?: boolean };
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * A pino logger. `log.info({ step, loss }, 'trained')`; an Error goes under `err` and keeps its `code` and `hint`.
 * @throws Error when the level is unknown
 */
export function createLogger(options: LoggerOptions): Logger {
  const level = options.level ?? process.env['OVIS_LOG_LEVEL'] ?? 'info';
  if (!levels.includes(level)) {
    const error = new Error(`unknown log level "${level}"`);
    throw Object.assign(error, { code: 'BAD_LOG_LEVEL', hint: `use one of ${levels.join(', ')}` });
  }
  const destination = options.destination ?? process.stderr;
  const pretty = options.pretty ?? destination.isTTY === true;
  const settings: pino.LoggerOptions = {
    name: options.name,
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const target = pretty ? prettyStream(destination) : destination;
  return pino(settings, {
    write: (line: string) => {
      target.write(line);
      for (const tap of taps) tap(line);
    },
  });
}

const taps = new Set<(line: string) => void>();

/** Gives every line that this process logs from now on, as JSON, to `tap` too. @returns what takes it off */
export function tapLog(tap: (line: string) => void): () => void {
  taps.add(tap);
  return () => taps.delete(tap);
}

function prettyStream(destination: NodeJS.WritableStream & { isTTY?: boolean }): Writable {
  const color = destination.isTTY === true && process.env['NO_COLOR'] === undefined;
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      destination.write(prettyLine(chunk.toString(), color));
      done();
    },
  });
}
