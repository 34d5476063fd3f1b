import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CollectiveListener } from '@ovis/allreduce';

/** What a rank answers to a command, or why it could not. */
type Answer<T> = { value: T } | { error: string };

/** A rank's part of a setup. */
export interface Place {
  rank: number;
  /** Of all ranks' listeners. */
  addresses: string[];
}

/** Trainers in processes of their own that do the same at the same time. */
export class BenchGang {
  readonly #ranks: ChildProcess[];

  private constructor(ranks: ChildProcess[]) {
    this.#ranks = ranks;
  }

  /** @param script of the ranks, beside this file; it calls {@link serveRank} */
  static async start(script: string, world: number, setup: object): Promise<BenchGang> {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const ranks = Array.from({ length: world }, () =>
      fork(file, { execArgv: ['--no-warnings', '--import', 'tsx'], stdio: ['ignore', 2, 'inherit', 'ipc'] }),
    );
    const gang = new BenchGang(ranks);
    try {
      const addresses = await Promise.all(ranks.map((child) => answerOf<string>(child)));
      await gang.#ask((rank) => ({ ...setup, rank, addresses }));
      return gang;
    } catch (error) {
      gang.close();
      throw error;
    }
  }

  /** @returns what rank 0 answers */
  async ask<T>(command: unknown): Promise<T> {
    return (await this.#ask<T>(() => command))[0]!;
  }

  close(): void {
    for (const child of this.#ranks) child.kill('SIGKILL');
  }

  #ask<T>(command: (rank: number) => unknown): Promise<T[]> {
    return Promise.all(
      this.#ranks.map((child, rank) => {
        const answered = answerOf<T>(child);
        child.send(command(rank) as object);
        return answered;
      }),
    );
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a trainer ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: Answer<T>) => {
      child.off('exit', ended);
      if ('error' in message) reject(new Error(message.error));
      else resolve(message.value);
    });
  });
}

/** A rank's side of {@link BenchGang}: the first command is the setup. */
export function serveRank<S, C>(
  listener: CollectiveListener,
  setUp: (setup: S & Place) => Promise<(command: C) => Promise<unknown>>,
): void {
  let work: ((command: C) => Promise<unknown>) | undefined;
  const run = async (command: unknown): Promise<unknown> => {
    if (work) return work(command as C);
    work = await setUp(command as S & Place);
    return true;
  };
  process.once('disconnect', () => process.exit(0));
  process.on('message', (command) => {
    run(command).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.send?.({ value: listener.address });
}
