import { BootstrapError } from '../errors.ts';
import { stateDirectory } from '../paths.ts';
import { endRecorded, isSameProcess, sendSignal } from './process-identity.ts';
import { readClusterState, removeClusterState } from './state.ts';

export interface StopResult {
  /** pid of the supervisor that was told to stop; absent when it was gone already */
  supervisor?: number;
  /** processes of a dead supervisor that still ran */
  orphans: number[];
}

/**
 * Stops the cluster of a state directory from another process: tells its supervisor, or ends what a dead one left.
 * @throws BootstrapError NOT_RUNNING, START_FAILED when the supervisor does not stop in time
 */
export async function stopCluster(stateDir = stateDirectory(), timeoutMs = 40_000): Promise<StopResult> {
  const state = readClusterState(stateDir);
  if (!state) {
    throw new BootstrapError('NOT_RUNNING', `no cluster runs in ${stateDir}`, {
      hint: 'start one: `npm start`, or `npm run ovis -- up`',
    });
  }
  const { supervisor } = state;
  const alive = isSameProcess(supervisor);
  if (alive) {
    sendSignal(supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + timeoutMs;
    while (isSameProcess(supervisor) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (isSameProcess(supervisor)) {
      throw new BootstrapError(
        'START_FAILED',
        `the supervisor, pid ${supervisor.pid}, did not stop within ${timeoutMs / 1000} s`,
        {
          hint: `end it by hand: \`kill -9 ${supervisor.pid}\`; its guard then ends the other processes`,
        },
      );
    }
  }
  // Normally none: the supervisor or its guard has ended them.
  const orphans = await endRecorded(readClusterState(stateDir)?.processes ?? []);
  removeClusterState(stateDir);
  return { ...(alive ? { supervisor: supervisor.pid } : {}), orphans: orphans.map((one) => one.pid) };
}
