import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CollectiveListener, ProcessGroup, type GroupOptions } from '@ovis/allreduce';
import { serveCollectives } from '@ovis/allreduce/grpc';
import { serve } from '../worker.ts';

/*
 * allReduce between processes: this one is rank 0 and is timed, the others do the same in a loop. The variant is the data path.
 */

/** The others wait in a collective while another side is measured. */
const TIMEOUT_MS = 3_600_000;

serve(async (setup) => {
  const { variant, world, bytes, calls } = setup as unknown as {
    /** Sockets; shared memory with copies in and out; shared memory in place; gRPC. */
    variant: 'tcp' | 'unix' | 'shm-staged' | 'shm-inplace' | 'grpc';
    world: number;
    bytes: number;
    calls: number;
  };
  const script = fileURLToPath(new URL('./allreduce-rank.ts', import.meta.url));
  const others = Array.from({ length: world - 1 }, () =>
    fork(script, [variant], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 2, 'inherit', 'ipc'] }),
  );
  process.once('exit', () => others.forEach((child) => child.kill('SIGKILL')));
  const listener = await CollectiveListener.listen();
  if (variant === 'grpc') await serveCollectives(listener);
  const addresses = await Promise.all(
    others.map(
      (child) => new Promise<string>((resolve) => child.once('message', (m) => resolve(m as string))),
    ),
  );
  const all = [listener.address, ...addresses];
  const transports: Record<typeof variant, GroupOptions['transport']> = {
    ...{ tcp: 'tcp', unix: 'unix', grpc: 'grpc', 'shm-staged': 'auto', 'shm-inplace': 'auto' },
  };
  const options = { world, addresses: all, transport: transports[variant], timeoutMs: TIMEOUT_MS };
  const share = {
    staging: variant === 'shm-staged' ? bytes : 0,
    inPlace: variant === 'shm-inplace' ? bytes : 0,
  };
  others.forEach((child, i) => child.send({ ...options, rank: i + 1, length: bytes / 4, share }));
  const group = await ProcessGroup.join({ groupId: 'bench', generation: 1, rank: 0, listener, ...options });
  if (share.staging + share.inPlace > 0 && !(await group.shareMemory(share)))
    throw new Error('this machine has no shared memory');
  const buffer = group.allocate(bytes / 4);
  const first = Float32Array.of(1);
  await group.allReduce(first);
  const pids = [process.pid, ...others.map(({ pid }) => pid as number)];
  return {
    cpuMs: () => pids.reduce((sum, pid) => sum + cpuOf(pid), 0),
    async iterate() {
      for (let i = 0; i < calls; i++) await group.allReduce(buffer);
      return first[0];
    },
  };
});

/** CPU time of all threads of a process, in ms. */
function cpuOf(pid: number): number {
  let ns = 0;
  for (const task of readdirSync(`/proc/${pid}/task`))
    ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e6;
}
