/** What a command may touch of the world; tests give their own. */
export interface CliContext {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** A line for the reader of the result. */
  out: (line: string) => void;
  /** A line about what is going on, and errors. */
  err: (line: string) => void;
  /** Text for the reader of the result, without a line's end. */
  write: (text: string) => void;
  /** Where lines are read from by commands that ask. */
  input: NodeJS.ReadableStream;
  /** The terminal that `out` writes to, for pictures that are redrawn; undefined without one. */
  terminal?: NodeJS.WriteStream;
  /** Replaces the current line of a terminal; undefined without one. */
  rewrite?: (line: string) => void;
  /** Aborts on Ctrl-C; asking for it keeps the first Ctrl-C from ending the process. */
  readonly signal: AbortSignal;
}

/** The context of this process. */
export function processContext(): CliContext {
  let abort: AbortController | undefined;
  const { stdout } = process;
  let live = false;
  const clear = () => {
    if (live) stdout.write('\r\u001b[K');
    live = false;
  };
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (line) => {
      clear();
      stdout.write(`${line}\n`);
    },
    err: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    write: (text) => {
      clear();
      stdout.write(text);
    },
    input: process.stdin,
    terminal: stdout.isTTY && !process.env['CI'] ? stdout : undefined,
    rewrite: stdout.isTTY
      ? (line) => {
          stdout.write(`\r\u001b[K${line.slice(0, Math.max(20, stdout.columns - 1))}`);
          live = true;
        }
      : undefined,
    // Ctrl-C ends the process as usual, until a command asks to hear of it; a second one always does.
    get signal() {
      if (abort === undefined) {
        const created = new AbortController();
        process.once('SIGINT', () => created.abort());
        abort = created;
      }
      return abort.signal;
    },
  };
}
