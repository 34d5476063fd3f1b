/** What the controller needs of a logger; pino's and the console's fit. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** One plain line per event, on stderr: stdout is for what another program reads. */
export function consoleLog(write: (line: string) => void = (line) => console.error(line)): Log {
  const line = (level: string) => (message: string) =>
    write(`${new Date().toISOString()} ${level} ${message}`);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
