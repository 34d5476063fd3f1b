import { tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import { computeGradients } from '../compute-gradients.ts';
import { ALIGNMENT, TAIL } from '../flat-layout.ts';
import type { StoredTensors } from '../host-tensors.ts';
import type { Allocate } from '../shared-tensor.ts';
import { isMemoryOf, SharedTensor, viewOf } from '../shared-tensor.ts';
import { stateOnHost } from '../state-on-host.ts';
import type { Exchange, ExchangeContext, SharedMemoryNeeds, StepOutcome, StepWork } from './exchange.ts';
import { allDone, outcomeOf, Pending } from './exchange.ts';
import { Residuals } from './residuals.ts';

/**
 * Plain data parallel: every rank gets the sum of all gradients and does the same update. A bucket is summed over the ranks as soon as it is
 * full, while the rest of the backward pass is computed.
 *
 * The sums are made in TensorFlow's own memory, without a copy; where the ranks share memory, buckets are copied into it once, reduced in place, and
 * read there by the update.
 */
export class PlainExchange implements Exchange {
  readonly writesWeights = false;
  readonly #context: ExchangeContext;
  readonly #collective: Collective;
  readonly #residuals: Residuals | undefined;
  /** Where buckets are reduced in memory that the ranks share. */
  #shared: SharedTensor[] | undefined;
  /** Whether views of buckets are their memory: on CPUs. */
  #inMemory: boolean | undefined;

  constructor(context: ExchangeContext, collective: Collective, stored?: StoredTensors) {
    this.#context = context;
    this.#collective = collective;
    if (context.settings.gradientCompression === 'int8') {
      const sizes = context.layout.buckets.map(({ size }) => size);
      this.#residuals = new Residuals(sizes, collective.rank, stored);
    }
  }

  get sharedMemory(): SharedMemoryNeeds {
    const { layout } = this.#context;
    const lengths = layout.buckets.map(({ size }) => size + ALIGNMENT);
    const bytes = 4 * lengths.reduce((sum, length) => sum + length, 0);
    return this.#compression === 'none' ? { inPlace: bytes, staging: 0 } : { inPlace: 0, staging: bytes };
  }

  place(allocate: Allocate): void {
    if (this.#compression !== 'none') return;
    this.#shared = this.#context.layout.buckets.map(({ size }) =>
      SharedTensor.create(size + ALIGNMENT, allocate),
    );
  }

  async step(work: StepWork): Promise<StepOutcome> {
    const { functions, layout, settings } = this.#context;
    const own: tf.Tensor1D[] = [];
    const buffers: Float32Array[] = [];
    const sums = new Pending();
    let stagingMs = 0;
    const sum = (bucket: tf.Tensor1D, index: number) => {
      const view = viewOf(bucket);
      this.#inMemory ??= isMemoryOf(bucket, view);
      if (index === layout.buckets.length - 1)
        view[layout.buckets[index]!.size + TAIL.stop] = work.requestStop ? 1 : 0;
      const shared = this.#shared?.[index];
      const copying = performance.now();
      shared?.data.set(view);
      stagingMs += performance.now() - copying;
      buffers[index] = shared?.data ?? view;
      sums.add(this.#sum(buffers[index], index));
    };
    try {
      await computeGradients(this.#context, work.microBatches, work.gumbel, (bucket, index) => {
        own.push(bucket);
        if (settings.overlap ?? true) sum(bucket, index);
      });
      const computed = performance.now();
      if (!(settings.overlap ?? true)) own.forEach(sum);
      await sums.done();
      const communicateMs = performance.now() - computed;
      const summed = this.#summed(own, buffers);
      const stats = await functions.update(summed, work.rates);
      if (!this.#shared && summed !== own) tf.dispose(summed);
      return await outcomeOf(stats, { communicateMs, stagingMs });
    } finally {
      // Also after a failure nobody may write to what is freed.
      await sums.settled();
      tf.dispose(own);
    }
  }

  async collect() {
    const { layout, state } = this.#context;
    const residuals = await this.#residuals?.collect(this.#collective);
    const { params, optimizer } = stateOnHost(layout, state);
    return { params, optimizer: { ...optimizer, ...residuals } };
  }

  dispose(): void {
    for (const shared of this.#shared ?? []) shared.dispose();
  }

  get #compression() {
    return this.#context.settings.gradientCompression ?? 'none';
  }

  /** Sums a bucket over the ranks; of the numbers behind its gradients only the last bucket's count. */
  async #sum(buffer: Float32Array, index: number): Promise<void> {
    const { buckets } = this.#context.layout;
    const { size } = buckets[index]!;
    const last = index === buckets.length - 1;
    const compression = this.#compression;
    const tag = `gradients ${index}`;
    if (compression === 'none') {
      await this.#collective.allReduce(last ? buffer : buffer.subarray(0, size), { tag });
      return;
    }
    const residual = this.#residuals?.buffers[index];
    const calls = [this.#collective.allReduce(buffer.subarray(0, size), { compression, residual, tag })];
    // The counts stay exact.
    if (last) calls.push(this.#collective.allReduce(buffer.subarray(size), { tag: 'counts' }));
    await allDone(calls);
  }

  /** The buckets as the update reads them. */
  #summed(own: tf.Tensor1D[], buffers: readonly Float32Array[]): tf.Tensor1D[] {
    if (!this.#shared) return this.#inMemory ? own : buffers.map((buffer) => tf.tensor1d(buffer));
    for (const shared of this.#shared) shared.publish();
    return this.#shared.map(({ variable }) => variable);
  }
}
