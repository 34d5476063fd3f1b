import { Listr, type ListrTask } from 'listr2';
import pc from 'picocolors';
import { describeError } from '../errors.ts';
import { formatBytes, formatSeconds } from './format.ts';

/** live: a redrawn list in a terminal; plain: one line per event, for logs; silent: nothing. */
export type TaskMode = 'live' | 'plain' | 'silent';

/** What a running step can say. */
export interface TaskHandle {
  /** Replaces the text behind the title: what is happening now. */
  update(text: string): void;
  /** The same for a transfer, in bytes; `total` may be unknown. */
  progress(done: number, total?: number, what?: string): void;
  /** The text that stays behind the title when the step has ended ("1.9.1, cached"). */
  result(text: string): void;
  /** A line that stays, for something the user should know. */
  warn(text: string): void;
}

export interface TaskSpec<T> {
  title: string;
  run(task: TaskHandle): Promise<T>;
}

export interface TaskListOptions {
  /** Default: live when `stream` is a terminal, else plain. */
  mode?: TaskMode;
  /** Where plain lines and warnings go; default stdout. */
  stream?: NodeJS.WriteStream;
}

/** Plain progress lines come at most this often. */
const PLAIN_INTERVAL_MS = 3000;

/**
 * A list of steps that appears while it runs: steps are appended by calling {@link step} or {@link all} again.
 *
 * ```ts
 * const tasks = new TaskList();
 * await tasks.step('Data', async (task) => { task.progress(1e6, 4e6); task.result('16 shards'); });
 * ```
 */
export class TaskList {
  readonly mode: TaskMode;
  readonly #stream: NodeJS.WriteStream;

  constructor(options: TaskListOptions = {}) {
    this.#stream = options.stream ?? process.stdout;
    this.mode = options.mode ?? (this.#stream.isTTY && !process.env.CI ? 'live' : 'plain');
  }

  /** Runs one step and returns what it returns; an error ends the step and is thrown. */
  async step<T>(title: string, run: (task: TaskHandle) => Promise<T>): Promise<T> {
    const [result] = await this.all([{ title, run }]);
    return result as T;
  }

  /** Runs several steps, at the same time by default. All end before the first error is thrown. */
  async all<const S extends readonly TaskSpec<unknown>[]>(
    specs: S,
    options: { concurrent?: boolean } = {},
  ): Promise<{ -readonly [K in keyof S]: S[K] extends TaskSpec<infer T> ? T : never }> {
    const results: unknown[] = [];
    const failures: unknown[] = [];
    const warnings: string[] = [];
    const concurrent = options.concurrent ?? true;
    const runOne = async (index: number, handle: TaskHandle) => {
      const spec = specs[index] as TaskSpec<unknown>;
      try {
        results[index] = await spec.run(handle);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    };
    if (this.mode === 'live') {
      await this.#live(specs, concurrent, runOne, warnings);
    } else {
      const one = (spec: TaskSpec<unknown>, index: number) =>
        this.#plain(spec.title, warnings, (handle) => runOne(index, handle));
      if (concurrent) await Promise.all(specs.map(one));
      else for (const [index, spec] of specs.entries()) if (failures.length === 0) await one(spec, index);
    }
    for (const warning of warnings) this.warn(warning);
    // The first is thrown; the others must not be lost. Steps that fail with another step's error have the same one.
    for (const other of new Set(failures.slice(1))) {
      if (other !== failures[0]) this.warn(describeError(other));
    }
    if (failures.length > 0) throw failures[0];
    return results as never;
  }

  /** A line between steps. */
  note(text: string): void {
    if (this.mode !== 'silent') this.#stream.write(`${text}\n`);
  }

  warn(text: string): void {
    if (this.mode !== 'silent') this.#stream.write(`${pc.yellow('warning:')} ${text}\n`);
  }

  async #live(
    specs: readonly TaskSpec<unknown>[],
    concurrent: boolean,
    runOne: (index: number, handle: TaskHandle) => Promise<void>,
    warnings: string[],
  ): Promise<void> {
    const tasks = specs.map((spec, index): ListrTask => ({
      title: spec.title,
      task: async (_context, task) => {
        const began = Date.now();
        let result = '';
        const title = (text: string) => (task.title = `${spec.title}  ${pc.dim(text)}`);
        await runOne(index, {
          update: title,
          progress: progressTexts(title),
          result: (text) => (result = text),
          warn: (text) => warnings.push(text),
        });
        title([result, formatSeconds(Date.now() - began)].filter(Boolean).join(', '));
      },
    }));
    // listr2's own handler would end with code 127; without one the cursor would stay hidden.
    const showCursor = () => void this.#stream.write('\x1b[?25h');
    const onInterrupt = () => process.exit(130);
    const ours = process.listenerCount('SIGINT') === 0;
    if (ours) process.once('SIGINT', onInterrupt);
    process.once('exit', showCursor);
    try {
      await new Listr(tasks, {
        concurrent,
        exitOnError: !concurrent,
        registerSignalListeners: false,
        rendererOptions: { showErrorMessage: false, collapseErrors: false },
      }).run();
    } catch {
      // Kept in `failures`, thrown by the caller.
    } finally {
      if (ours) process.off('SIGINT', onInterrupt);
      process.off('exit', showCursor);
    }
  }

  async #plain(title: string, warnings: string[], run: (handle: TaskHandle) => Promise<void>): Promise<void> {
    const began = Date.now();
    let result = '';
    let spoken = '';
    let spokenAt = 0;
    const say = (text: string) => this.note(`${title}: ${text}`);
    const texts = progressTexts((text) => update(text));
    const update = (text: string) => {
      if (text === spoken) return;
      spoken = text;
      spokenAt = Date.now();
      say(text);
    };
    try {
      await run({
        update,
        progress: (done, total, what) => {
          if (Date.now() - spokenAt >= PLAIN_INTERVAL_MS) texts(done, total, what);
        },
        result: (text) => (result = text),
        warn: (text) => warnings.push(text),
      });
      say(`${result || 'done'} (${formatSeconds(Date.now() - began)})`);
    } catch {
      say(`failed after ${formatSeconds(Date.now() - began)}`);
    }
  }
}

/** Makes "fetching 12 MB of 45 MB, 20 MB/s": the rate counts from the begin of each phase ("fetching", "unpacking"). */
function progressTexts(show: (text: string) => void): TaskHandle['progress'] {
  let phase: string | undefined;
  let began = 0;
  let beganAt = 0;
  return (done, total, what = '') => {
    if (what !== phase) [phase, began, beganAt] = [what, done, Date.now()];
    const seconds = (Date.now() - beganAt) / 1000;
    const rate = seconds > 0.5 && done > began ? `, ${formatBytes((done - began) / seconds)}/s` : '';
    const size = total ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done);
    show(`${what ? `${what} ` : ''}${size}${rate}`);
  };
}
