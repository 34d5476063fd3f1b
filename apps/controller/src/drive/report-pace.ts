/**
 * When to tell the workflow about mere steps. Each report is a few events of the workflow's history, which is limited to
 * 51,200: the pause grows with the time passed (2 %, 2 s to 10 min), so that a run of weeks needs some hundred reports.
 */
export class ReportPace {
  readonly #now: () => number;
  readonly #started: number;
  #last = -Infinity;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  /** True when it is time; milestones always are, but not more than two a second. */
  due(milestone: boolean): boolean {
    const now = this.#now();
    const pause = milestone ? 500 : Math.min(600_000, Math.max(2_000, (now - this.#started) * 0.02));
    if (now - this.#last < pause) return false;
    this.#last = now;
    return true;
  }
}
