import { keepWatching, type RunEvent, type StageSource } from '@ovis/protocol';

export interface SeenCheckpoint {
  stage: number;
  step: number;
  generation: number;
  url: string;
}

export interface SeenStart {
  stage: number;
  generation: number;
  firstStep: number;
  /** Where rank 0's weights come from. */
  source: StageSource;
}

/** What the controller's live stream says of a run, kept. Comes back when the stream breaks. */
export class RunRecorder {
  readonly checkpoints: SeenCheckpoint[] = [];
  readonly starts: SeenStart[] = [];
  readonly notes: string[] = [];
  /** The same with the time at which each came, on the clock of `Date.now`. */
  readonly timed: { atMs: number; note: string }[] = [];
  /** When the last step of rank 0 came, and of which generation it was. */
  lastStepAt = { atMs: 0, generation: 0 };
  /** Loss of rank 0 by `stage/step`; a step that is done again replaces the first time. */
  readonly losses = new Map<string, number>();
  /** Steps that were done more than once. */
  repeatedSteps = 0;
  /** The run's last word has come, and nothing since: also before a run is submitted, and until it is resumed. */
  isOver = false;
  readonly runId: string;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #seen = '';
  #lastGeneration = 0;
  #lastStep: { stage: number; step: number } | undefined;

  constructor(fleetAddress: string, runId: string) {
    this.runId = runId;
    this.#ended = keepWatching({
      ...{ fleetAddress, runId, signal: this.#abort.signal },
      onEvent: (event) => this.#take(event),
    });
  }

  /** The last step that was reported. */
  get lastStep(): { stage: number; step: number } | undefined {
    return this.#lastStep;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  #take(event: RunEvent): void {
    if (event.event === 'note') {
      this.isOver = event.note.final;
      this.notes.push(event.note.message);
      this.timed.push({ atMs: Date.now(), note: event.note.message });
    }
    if (event.event === 'stage') this.isOver = false;
    if (event.event !== 'stage' || event.rank !== 0) return;
    const { stage, generation } = event.stage;
    switch (event.stage.event) {
      case 'started':
        this.starts.push({
          stage,
          generation,
          firstStep: event.stage.started.firstStep,
          source: event.stage.started.source,
        });
        break;
      case 'step': {
        const { step, loss } = event.stage.step;
        this.lastStepAt = { atMs: Date.now(), generation };
        this.#lastStep = { stage, step };
        // A watcher that comes back is told the last step once more.
        const last = this.#lastGeneration === generation && this.#seen === `${stage}/${step}`;
        if (this.losses.has(`${stage}/${step}`) && !last) this.repeatedSteps++;
        this.losses.set(`${stage}/${step}`, loss);
        this.#seen = `${stage}/${step}`;
        this.#lastGeneration = generation;
        break;
      }
      case 'checkpoint': {
        const { step, url } = event.stage.checkpoint;
        this.checkpoints.push({ stage, step, generation, url });
      }
    }
  }
}
