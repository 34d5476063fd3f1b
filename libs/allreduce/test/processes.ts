import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child answered, and when. */
export interface Answer {
  result?: { ms: number; cpuMs: number; first: number; last: number } | string | boolean;
  error?: {
    name: string;
    message: string;
    code: string;
    rank: number;
    reason: string;
    collective: string;
    bytesReceived: number;
  };
  at: number;
}

export class RankProcess {
  readonly child: ChildProcess;
  address = '';

  constructor() {
    const script = fileURLToPath(new URL('rank-process.ts', import.meta.url));
    this.child = fork(script, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  async ready(): Promise<void> {
    const [message] = (await once(this.child, 'message')) as [{ address: string }];
    this.address = message.address;
  }

  /** Sends a command; one at a time. */
  async ask(command: object): Promise<Answer> {
    const answer = once(this.child, 'message') as Promise<[Omit<Answer, 'at'>]>;
    this.child.send(command);
    const [message] = await answer;
    return { ...message, at: performance.now() };
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** Of a group's patience. */
export interface Limits {
  timeoutMs: number;
  livenessMs?: number;
}

/** Starts one process per rank and joins them. */
export async function startRanks(world: number, o: Limits): Promise<RankProcess[]> {
  const ranks = Array.from({ length: world }, () => new RankProcess());
  await Promise.all(ranks.map((rank) => rank.ready()));
  const answers = await joinRanks(ranks, 1, o);
  const failed = answers.find((answer) => answer.result !== 'joined');
  if (failed) throw new Error(`a rank did not join: ${JSON.stringify(failed)}`);
  return ranks;
}

export function joinRanks(ranks: RankProcess[], generation: number, o: Limits): Promise<Answer[]> {
  const addresses = ranks.map((rank) => rank.address);
  return Promise.all(
    ranks.map((process, rank) => process.ask({ join: { groupId: 'g', generation, rank, addresses, ...o } })),
  );
}
