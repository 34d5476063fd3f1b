import { setTimeout as sleep } from 'node:timers/promises';
import { keepWatching, type Failure, type RunEvent } from '@ovis/protocol';
import { AuditTail, type AuditLine } from './audit.ts';

/** Something that was said of the run: by the controller, by a trainer, by a supervisor. */
export interface Said {
  atMs: number;
  text: string;
  /** A trainer's own failure report. */
  failed?: Failure;
}

/** A step that a gang has done. */
export interface DoneStep {
  atMs: number;
  stage: number;
  step: number;
  gang: string;
  generation: number;
  /** Another generation had done it before. */
  again: boolean;
}

/** What happens in a run, live: what is said of it, and the steps that its trainers write down. */
export class RunWatch {
  readonly runId: string;
  readonly said: Said[] = [];
  /** Of the first rank that had done it. */
  readonly steps: DoneStep[] = [];
  readonly lines: AuditLine[] = [];
  /** The run's last word has come, and nothing since. */
  isOver = false;
  readonly #seen = new Set<string>();
  readonly #doneBefore = new Set<string>();
  readonly #tail: AuditTail;
  readonly #abort = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(o: { runId: string; fleetAddress: string; auditDir: string }) {
    this.runId = o.runId;
    this.#tail = new AuditTail(o.auditDir);
    this.#ended = Promise.all([
      keepWatching({
        ...{ fleetAddress: o.fleetAddress, runId: this.runId, signal: this.#abort.signal },
        onEvent: (event) => this.#take(event),
      }),
      this.#readAudit(),
    ]);
  }

  get lastStep(): DoneStep | undefined {
    return this.steps.at(-1);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
    this.#takeAudit();
  }

  #take(event: RunEvent): void {
    const atMs = Date.now();
    if (event.event === 'note') {
      const { message, final } = event.note;
      this.isOver = final;
      this.said.push({ atMs, text: message });
    }
    if (event.event !== 'stage') return;
    this.isOver = false;
    if (event.stage.event !== 'failed') return;
    const { failed } = event.stage;
    this.said.push({ atMs, text: `${event.trainerId}: ${failed.code} ${failed.message}`, failed });
  }

  async #readAudit(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#takeAudit();
      await sleep(100, undefined, { signal }).catch(() => {});
    }
  }

  #takeAudit(): void {
    const lines = this.#tail.read().filter(({ run }) => run === this.runId);
    this.lines.push(...lines);
    const done = lines.filter(({ loss }) => loss !== undefined).sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, stage, step, gang, generation } of done) {
      const key = `${gang} ${generation} ${step}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const name = `${stage}/${step}`;
      this.steps.push({ atMs, stage, step, gang, generation, again: this.#doneBefore.has(name) });
      this.#doneBefore.add(name);
    }
  }
}

/** Polls until `look` gives something; undefined when it does not within the time, or when `until` says that it never will. */
export async function within<T>(
  ms: number,
  look: () => T | undefined | false,
  until: () => boolean = () => false,
): Promise<T | undefined> {
  const deadline = performance.now() + ms;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline || until()) return undefined;
    await sleep(50);
  }
}
