import { AsyncQueue, type RunEventInput } from '@ovis/protocol';

/** Events a slow watcher may leave unread; then the oldest steps are of no use to it and it is cut off. */
const longestBacklog = 10_000;

interface RunState {
  /** The last event of each kind and rank, in order of arrival: what a new watcher is told first. */
  last: Map<string, RunEventInput>;
  watchers: Set<AsyncQueue<RunEventInput>>;
}

/** What the trainers of each run report, for everybody who watches. Keeps no history: see the trainers' logs for that. */
export class RunFeed {
  readonly #runs = new Map<string, RunState>();
  readonly #onEvent: (event: RunEventInput & { runId: string }) => void;

  /** @param onEvent told of everything, too */
  constructor(onEvent: (event: RunEventInput & { runId: string }) => void = () => {}) {
    this.#onEvent = onEvent;
  }

  publish(event: RunEventInput & { runId: string }): void {
    this.#onEvent(event);
    const state = this.#stateOf(event.runId);
    const key = kindOf(event);
    state.last.delete(key);
    state.last.set(key, event);
    for (const watcher of state.watchers) {
      if (watcher.size > longestBacklog) {
        watcher.fail(new Error('this watcher reads too slowly'));
        state.watchers.delete(watcher);
      } else watcher.push(event);
    }
  }

  note(runId: string, message: string, o: { level?: 'info' | 'warn' | 'error'; final?: boolean } = {}): void {
    this.publish({ runId, note: { level: o.level ?? 'info', message, final: o.final ?? false } });
    if (o.final !== true) return;
    const state = this.#stateOf(runId);
    for (const watcher of state.watchers) watcher.end();
    state.watchers.clear();
  }

  /** A new execution of the run begins: what the one before said is over. */
  reset(runId: string): void {
    this.#stateOf(runId).last.clear();
  }

  /** True when the run's last note was its final one. */
  isFinal(runId: string): boolean {
    return this.#runs.get(runId)?.last.get('note')?.note?.final === true;
  }

  watch(runId: string): AsyncQueue<RunEventInput> {
    const state = this.#stateOf(runId);
    const queue: AsyncQueue<RunEventInput> = new AsyncQueue({ onReturn: () => state.watchers.delete(queue) });
    for (const event of state.last.values()) queue.push(event);
    if (this.isFinal(runId)) queue.end();
    else state.watchers.add(queue);
    return queue;
  }

  #stateOf(runId: string): RunState {
    let state = this.#runs.get(runId);
    if (state === undefined) this.#runs.set(runId, (state = { last: new Map(), watchers: new Set() }));
    return state;
  }
}

function kindOf(event: RunEventInput): string {
  if (event.note) return 'note';
  const inner = event.stage ?? event.evaluate ?? {};
  const kind =
    Object.entries(inner).find(([, value]) => typeof value === 'object' && value !== null)?.[0] ?? '';
  return `${event.rank ?? 0}/${event.stage ? 'stage' : 'evaluate'}/${kind}`;
}
