import { AsyncQueue } from '@ovis/protocol';

/**
 * What happened in one job, for whoever watches: a new watcher first gets the events worth repeating (the last of each
 * kind), then all that follow. The job never waits for a watcher, and a watcher that leaves never stops the job.
 */
export class EventLog<E> {
  readonly #kindOf: (event: E) => string;
  readonly #last = new Map<string, E>();
  readonly #watchers = new Set<AsyncQueue<E>>();
  #ended = false;

  /** @param kindOf events of one kind replace each other in what a new watcher is told */
  constructor(kindOf: (event: E) => string) {
    this.#kindOf = kindOf;
  }

  emit(event: E): void {
    const kind = this.#kindOf(event);
    this.#last.delete(kind);
    this.#last.set(kind, event);
    for (const watcher of this.#watchers) watcher.push(event);
  }

  /** Nothing follows: watchers end after what they have not read yet. */
  end(): void {
    this.#ended = true;
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  watch(): AsyncIterable<E> {
    const queue = new AsyncQueue<E>({ onReturn: () => this.#watchers.delete(queue) });
    for (const event of this.#last.values()) queue.push(event);
    if (this.#ended) queue.end();
    else this.#watchers.add(queue);
    return queue;
  }
}
