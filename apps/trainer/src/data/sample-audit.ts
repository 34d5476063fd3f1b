import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStageRequest } from '@ovis/protocol';
import type { MicroBatch, StepResult } from '@ovis/training';

/** A line of an audit: a rank is about to train on these samples in this step, or (`loss`) has done the step. */
export interface AuditLine {
  /** Milliseconds since the Unix epoch. */
  atMs: number;
  run: string;
  gang: string;
  generation: number;
  stage: number;
  /** 1-based, as steps are reported. */
  step: number;
  rank: number;
  world: number;
  /** `shard#key` of this rank's samples, in the order of its micro-batches. */
  samples?: string[];
  /** Of the step, all ranks together: the step is in this rank's weights. */
  loss?: number;
}

/** What the step loop needs of a trainer. */
interface Steps {
  readonly stepsDone: number;
  step(microBatches: readonly MicroBatch[], o?: { requestStop?: boolean }): Promise<StepResult>;
}

/**
 * Writes down what every step really trained on, for somebody who has to prove that no sample was lost or seen twice. A step that a fault
 * cut off has its samples here but no `loss`; the generation that did it again has both. Written before and behind every step, so that
 * it holds what a killed process was at work on.
 */
export class SampleAudit {
  readonly #file: string;
  readonly #facts: Pick<AuditLine, 'run' | 'gang' | 'generation' | 'stage' | 'rank' | 'world'>;
  readonly #samplesOf = new WeakMap<readonly MicroBatch[], string[]>();

  private constructor(folder: string, { runId: run, gangId: gang, ...request }: RunStageRequest) {
    const { generation, stage, rank, world } = request;
    this.#facts = { run, gang, generation, stage, rank, world };
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${process.pid}.jsonl`);
  }

  /** Undefined unless OVIS_SAMPLE_AUDIT names a folder. */
  static ofEnvironment(request: RunStageRequest, env = process.env): SampleAudit | undefined {
    const folder = env['OVIS_SAMPLE_AUDIT'];
    return folder ? new SampleAudit(folder, request) : undefined;
  }

  /** These micro-batches were made of those samples. */
  remember(microBatches: readonly MicroBatch[], samples: string[]): void {
    this.#samplesOf.set(microBatches, samples);
  }

  /** The trainer, with its steps written down. */
  beside<T extends Steps>(trainer: T): T {
    const step: Steps['step'] = async (microBatches, o) => {
      const at = { step: trainer.stepsDone + 1 };
      this.#write({ ...at, samples: this.#samplesOf.get(microBatches) ?? [] });
      const result = await trainer.step(microBatches, o);
      this.#write({ ...at, loss: result.loss });
      return result;
    };
    return new Proxy(trainer, {
      get: (target, name) => {
        if (name === 'step') return step;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #write(line: Pick<AuditLine, 'step' | 'samples' | 'loss'>): void {
    appendFileSync(this.#file, `${JSON.stringify({ atMs: Date.now(), ...this.#facts, ...line })}\n`);
  }
}
