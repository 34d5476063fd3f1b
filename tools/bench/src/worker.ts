import { createInterface } from 'node:readline';
import type { EngineInfo, OperationProfile } from '@ovis/tensorflow';
import { initEngine, profileOperations } from '@ovis/tensorflow';
import type { Command, Reply } from './harness/protocol.ts';

/** What a worker can do once it is set up. */
export interface Work {
  /** One timed iteration, complete when it returns: read a result. Returns the number that both sides compare, if any. */
  iterate(): Promise<number | void> | number | void;
  /** Peak memory of one iteration beyond what lives before and after it, in bytes. */
  memory?(): Promise<number>;
  info?: Record<string, unknown>;
  /** After each iteration, not timed. */
  settle?(): Promise<void>;
  /** CPU time so far, where the work is not this process's alone, in ms. */
  cpuMs?(): number;
}

/** What `setup` carries: the case's `params`, the variant's name and the number of threads. */
export interface Setup extends Record<string, unknown> {
  variant: string;
  threads: number;
}

/**
 * Starts the engine as every worker of ours should: libtensorflow or an error, with the threads that were granted. As many operations
 * may be under way at once, which fills the gaps of small ones; the table's `cores` shows that no more processors are busy.
 */
export function startEngine(
  { threads }: Setup,
  { intraOpThreads = threads }: { intraOpThreads?: number } = {},
): Promise<EngineInfo> {
  return initEngine({ backend: 'libtensorflow', intraOpThreads, interOpThreads: threads });
}

/** Answers the harness on stdin and stdout until it says `exit` or goes away. */
export function serve(setup: (params: Setup) => Promise<Work>): void {
  // stdout belongs to the protocol.
  console.log = console.error;
  console.info = console.error;
  let work: Work | undefined;

  const answer = async (command: Command): Promise<Omit<Reply, 'ok'>> => {
    if (command.cmd === 'setup') {
      work = await setup(command as unknown as Setup);
      return { info: work.info };
    }
    if (!work) throw new Error('not set up');
    if (command.cmd === 'run') return timeIterations(work, command.n);
    if (command.cmd === 'profile') return { profile: await profileIteration(work) };
    if (!work.memory) throw new Error('this worker cannot measure its memory');
    return { peakExtraBytes: await work.memory() };
  };

  let previous = Promise.resolve();
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => {
    const command = JSON.parse(line) as Command;
    if (command.cmd === 'exit') process.exit(0);
    previous = previous.then(async () => {
      const reply: Reply = await answer(command).then(
        (result) => ({ ok: true, ...result }),
        (error: unknown) => ({ ok: false, error: error instanceof Error ? error.stack : String(error) }),
      );
      process.stdout.write(`${JSON.stringify({ ...reply, processCpuMs: cpuMs() })}\n`);
    });
  });
  input.on('close', () => process.exit(0));
}

async function timeIterations(work: Work, n: number) {
  const wall: number[] = [];
  const cpu: number[] = [];
  const cpuNow = () => work.cpuMs?.() ?? cpuMs();
  let check: number | undefined;
  for (let i = 0; i < n; i++) {
    const cpuBefore = cpuNow();
    const before = performance.now();
    check = (await work.iterate()) ?? undefined;
    wall.push(performance.now() - before);
    cpu.push(cpuNow() - cpuBefore);
    await work.settle?.();
  }
  return { wallMs: wall, cpuMs: cpu, check };
}

const PROFILED = 9;

/** The iteration of median length among several. */
async function profileIteration(work: Work): Promise<OperationProfile> {
  for (let i = 0; i < 3; i++) await work.iterate();
  const profiles: OperationProfile[] = [];
  for (let i = 0; i < PROFILED; i++) {
    profiles.push(await profileOperations(async () => void (await work.iterate())));
  }
  return profiles.sort((a, b) => a.wallMs - b.wallMs)[PROFILED >> 1]!;
}

/** CPU time of all threads of this process. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
