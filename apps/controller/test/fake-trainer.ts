import { setTimeout as sleep } from 'node:timers/promises';
import {
  AsyncQueue,
  fleetClient,
  RequestError,
  serveTrainer,
  StagePhase,
  TrainerState,
  type EvaluateEventInput,
  type FailureInput,
  type RegistrationInput,
  type ReserveRequest,
  type RunningServer,
  type RunStageRequest,
  type StageEventInput,
  type StopRequest,
} from '@ovis/protocol';

export interface FakeOptions {
  id: string;
  steps?: number | ((stage: number) => number);
  stepMs?: number;
  checkpointEvery?: number;
  /** Called before each step; what it returns ends the stage. */
  failAt?: (step: number, request: RunStageRequest) => FailureInput | undefined;
  /** Takes no work that it was not reserved for. */
  strict?: boolean;
  /** What it answers when it is asked where it waits. */
  collectivesJson?: string;
  evaluate?: (outputUrl: string) => AsyncIterable<EvaluateEventInput>;
}

interface Job {
  request: RunStageRequest;
  events: StageEventInput[];
  watchers: Set<AsyncQueue<StageEventInput>>;
  step: number;
  stop: StopRequest | undefined;
  over: boolean;
  killed: boolean;
  ended: Promise<void>;
}

/** A trainer that keeps the contract of TrainerService but only counts: its work survives broken connections. */
export class FakeTrainer {
  readonly options: FakeOptions;
  readonly requests: RunStageRequest[] = [];
  readonly stops: StopRequest[] = [];
  /** Gangs that it was asked to prepare for; the first answer is that it is under way. */
  readonly prepared: string[] = [];
  attaches = 0;
  job: Job | undefined;
  reservation: ReserveRequest | undefined;
  /** Labels and device that it registers with. */
  registration: RegistrationInput = {};
  #draining = false;
  #server: RunningServer | undefined;
  #leave = new AbortController();
  pid = Math.floor(Math.random() * 1e6);

  constructor(options: FakeOptions) {
    this.options = options;
  }

  get address(): string {
    return this.#server?.address ?? '';
  }

  async listen(port = 0): Promise<this> {
    this.#server = await serveTrainer(
      {
        reserve: async (request) => {
          const { gangId } = this.reservation ?? request;
          const busy = this.job !== undefined && !this.job.over && this.job.request.gangId !== request.gangId;
          if (gangId !== request.gangId || busy) {
            throw new RequestError('ALREADY_EXISTS', `kept for ${gangId}`, 'take another one');
          }
          this.reservation = request;
          return {};
        },
        prepare: async (request) => {
          this.prepared.push(request.gangId);
          return { prepared: this.prepared.length > 1 };
        },
        release: async ({ gangId }) => {
          if (this.job?.request.gangId === gangId && !this.job.over) {
            this.job.stop = { gangId, checkpoint: false, reason: 'released', hold: false };
            await this.job.ended;
          }
          if (this.reservation?.gangId === gangId) this.reservation = undefined;
          return { released: true };
        },
        diagnose: async () => ({
          step: this.job?.step ?? 0,
          phase: StagePhase.TRAINING,
          collectivesJson: this.options.collectivesJson ?? '[]',
        }),
        runStage: (request) => this.#start(request),
        attach: ({ gangId, generation }) => {
          this.attaches++;
          const job = this.job;
          if (job === undefined || job.request.gangId !== gangId || job.request.generation !== generation) {
            throw new RequestError(
              'NOT_FOUND',
              `not running ${gangId} generation ${generation}`,
              'call RunStage',
            );
          }
          return this.#watch(job);
        },
        stop: async (request) => {
          this.stops.push(request);
          const job = this.job;
          if (job === undefined || job.over || job.request.gangId !== request.gangId)
            return { stopped: false };
          job.stop = request;
          await job.ended;
          const saved = job.events.findLast((event) => event.checkpoint)?.checkpoint?.url ?? '';
          return { stopped: true, checkpointUrl: request.checkpoint ? saved : '' };
        },
        evaluate: ({ outputUrl }) => this.options.evaluate?.(outputUrl) ?? nothing(),
        getStatus: async () => ({ trainerId: this.options.id }),
      },
      { port },
    );
    return this;
  }

  /** Keeps registering with the controller, as a trainer does. */
  async register(fleetAddress: string): Promise<void> {
    const { signal } = this.#leave;
    while (!signal.aborted) {
      const client = fleetClient(fleetAddress);
      const stream = client.watch({ signal });
      let timer: NodeJS.Timeout | undefined;
      try {
        await stream.send({
          registration: {
            trainerId: this.options.id,
            host: 'test',
            grpcAddress: this.address,
            collectiveAddress: `collective-of-${this.options.id}`,
            pid: this.pid,
            device: { kind: 'cpu', name: 'fake' },
            ...this.registration,
          },
        });
        for await (const message of stream) {
          const { command } = message;
          if (command === 'forget' && this.reservation?.gangId === message.forget.gangId) {
            this.reservation = undefined;
          }
          if (command === 'drain') {
            this.#draining = true;
            if (this.job && !this.job.over) {
              const { gangId } = this.job.request;
              this.job.stop = { gangId, checkpoint: true, reason: message.drain.reason, hold: false };
            }
          }
          if (command !== 'accepted') continue;
          const beat = () => void stream.send({ heartbeat: this.heartbeat() });
          beat();
          timer ??= setInterval(beat, 50);
        }
      } catch {
        // The controller is away: try again, as long as this trainer lives.
      } finally {
        clearInterval(timer);
        client.close();
      }
      await sleep(50);
    }
  }

  heartbeat() {
    const busy = this.job !== undefined && !this.job.over;
    const request = busy ? this.job?.request : undefined;
    return {
      state: this.#draining ? TrainerState.DRAINING : busy ? TrainerState.BUSY : TrainerState.IDLE,
      reservation: this.reservation,
      runId: request?.runId,
      gangId: request?.gangId,
      generation: request?.generation,
      stage: request?.stage,
    };
  }

  /** Closes connections but not the work. */
  async breakConnections(): Promise<void> {
    const port = Number(this.address.split(':').at(-1));
    await this.#server?.close(0);
    await this.listen(port);
  }

  /** What SIGKILL leaves: nothing. */
  async kill(): Promise<void> {
    if (this.job) this.job.killed = true;
    this.#leave.abort();
    await this.#server?.close(0);
  }

  #start(request: RunStageRequest): AsyncIterable<StageEventInput> {
    this.requests.push(request);
    if (this.options.strict === true && this.reservation?.gangId !== request.gangId) {
      throw new RequestError('NOT_RESERVED', `not kept for ${request.gangId}`, 'reserve it first');
    }
    const before = this.job;
    if (before?.request.gangId === request.gangId && before.request.generation < request.generation) {
      before.killed = before.over = true;
      for (const watcher of before.watchers) watcher.end();
    }
    if (this.job !== undefined && !this.job.over) {
      throw new RequestError('BUSY', `busy with ${this.job.request.gangId}`, 'wait until it is done');
    }
    const job: Job = {
      request,
      events: [],
      watchers: new Set(),
      step: 0,
      stop: undefined,
      over: false,
      killed: false,
      ended: Promise.resolve(),
    };
    this.job = job;
    job.ended = this.#work(job);
    return this.#watch(job);
  }

  #watch(job: Job): AsyncIterable<StageEventInput> {
    const queue: AsyncQueue<StageEventInput> = new AsyncQueue({ onReturn: () => job.watchers.delete(queue) });
    for (const event of job.events.slice(-4)) queue.push(event);
    if (job.over) queue.end();
    else job.watchers.add(queue);
    return queue;
  }

  async #work(job: Job): Promise<void> {
    const { request } = job;
    const wanted = this.options.steps ?? 5;
    const steps = typeof wanted === 'number' ? wanted : wanted(request.stage);
    const emit = (event: StageEventInput) => {
      const full = {
        stage: request.stage,
        generation: request.generation,
        rank: request.rank,
        atMs: Date.now(),
        ...event,
      };
      job.events.push(full);
      for (const watcher of job.watchers) watcher.push(full);
    };
    const url = (step: number) =>
      `file:///runs/${request.runId}/checkpoints/stage${request.stage}-step${step}`;
    const save = (step: number) =>
      emit({ checkpoint: { id: `step${step}`, url: url(step), step, bytes: 1, ms: 1 } });
    emit({ phase: { phase: StagePhase.LOADING } });
    emit({ started: { stepsTotal: steps, firstStep: 0, trainableParams: 10 } });
    for (job.step = 1; job.step <= steps; job.step++) {
      await sleep(this.options.stepMs ?? 10);
      if (job.killed) return;
      const failed = this.options.failAt?.(job.step, request);
      if (failed !== undefined) {
        emit({ failed: { rank: request.rank, ...failed } });
        break;
      }
      if (job.stop !== undefined) {
        if (job.stop.checkpoint) save(job.step);
        const code = job.stop.hold ? 'REGROUP' : 'STOPPED';
        const retryable = job.stop.hold || this.#draining;
        emit({ failed: { code, message: job.stop.reason, hint: '', retryable, rank: request.rank } });
        break;
      }
      emit({
        step: { step: job.step, loss: 1 / job.step, imagesPerS: 100, computeMs: this.options.stepMs ?? 10 },
      });
      if (job.step % (this.options.checkpointEvery ?? 1000) === 0) save(job.step);
    }
    if (job.step > steps)
      emit({ done: { checkpointUrl: request.rank === 0 ? url(steps) : '', steps, finalLoss: 1 / steps } });
    job.over = true;
    for (const watcher of job.watchers) watcher.end();
  }
}

async function* nothing(): AsyncGenerator<never> {}
