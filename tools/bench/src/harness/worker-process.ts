import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command, Reply } from './protocol.ts';
import { parseReply } from './protocol.ts';

/** Lines of a worker's stderr that an error message shows. */
const SHOWN_LINES = 15;

/** torch.compile of a large graph takes minutes on a busy machine. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000;

/** A worker process that is asked one command at a time. */
export class WorkerProcess {
  readonly #label: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #printed: string[] = [];
  readonly #killWithUs = () => this.#child.kill('SIGKILL');
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  #ended: string | undefined;

  /** @param argv program and arguments */
  constructor(label: string, argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string) {
    this.#label = label;
    const [program = '', ...args] = argv;
    this.#child = spawn(program, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    process.once('exit', this.#killWithUs);
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line));
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#remember(line));
    // A write to a worker that has just died: 'close' tells the story.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#end(`cannot be started: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#end(`ended with ${signal ?? `exit code ${code}`}`));
  }

  /** Sends a command and waits for its answer. @throws Error with the worker's own words when it fails, dies or is too slow */
  async ask(command: Command, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Reply> {
    if (this.#waiting) throw new Error(`${this.#label} is still busy with another command`);
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (this.#ended) return reject(this.#failure(this.#ended));
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        this.#killWithUs();
        reject(this.#failure(`gave no answer to '${command.cmd}' in ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
      };
      this.#waiting = {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      };
      this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    });
    if (!reply.ok) throw this.#failure(`failed at '${command.cmd}': ${reply.error ?? 'no reason given'}`);
    return reply;
  }

  /** Ends the worker, by force when it does not go within five seconds. */
  async close(): Promise<void> {
    process.off('exit', this.#killWithUs);
    if (this.#ended) return;
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    const timer = setTimeout(this.#killWithUs, 5000);
    this.#child.stdin.end(`${JSON.stringify({ cmd: 'exit' } satisfies Command)}\n`);
    await gone;
    clearTimeout(timer);
  }

  #read(line: string): void {
    const reply = parseReply(line);
    if (reply && this.#waiting) this.#waiting.resolve(reply);
    else this.#remember(line);
  }

  #remember(line: string): void {
    this.#printed.push(line);
    if (this.#printed.length > SHOWN_LINES) this.#printed.shift();
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#waiting?.reject(this.#failure(this.#ended));
  }

  #failure(what: string): Error {
    const printed = this.#printed.map((line) => `    ${line}`).join('\n');
    return new Error(`${this.#label} ${what}${printed && `\n${printed}`}`);
  }
}
