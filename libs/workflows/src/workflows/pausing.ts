import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import { goOnSignal, pauseSignal } from './messages.ts';

/** Work ended because the run is to pause. */
export class PauseRequested extends Error {
  override readonly name = 'PauseRequested';
}

/** Whether this workflow is to pause, as the signals `pause` and `goOn` say. */
export class Pausing {
  #paused: boolean;
  #scope: CancellationScope | undefined;

  /** @param onChange told of every signal that changes something */
  constructor(o: { paused?: boolean; onChange?: (paused: boolean) => void } = {}) {
    this.#paused = o.paused ?? false;
    const set = (paused: boolean) => () => {
      if (this.#paused === paused) return;
      this.#paused = paused;
      if (paused) this.#scope?.cancel();
      o.onChange?.(paused);
    };
    setHandler(pauseSignal, set(true));
    setHandler(goOnSignal, set(false));
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Resolves when the run may go on. */
  async over(): Promise<void> {
    await condition(() => !this.#paused);
  }

  /** Runs work that a pause cancels. @throws PauseRequested when it did */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#paused) throw new PauseRequested();
    const scope = new CancellationScope();
    this.#scope = scope;
    try {
      return await scope.run(work);
    } catch (error) {
      const cancelled = CancellationScope.current().consideredCancelled;
      if (isCancellation(error) && this.#paused && !cancelled) throw new PauseRequested();
      throw error;
    } finally {
      this.#scope = undefined;
    }
  }
}
