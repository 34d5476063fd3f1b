import { compile, tf } from '@ovis/tensorflow';
import { adamwUpdate, squaresOf, stepFacts } from '../adamw.ts';
import type { AdamWRates } from '../adamw.ts';
import type { Collective } from '../collective.ts';
import { computeGradients } from '../compute-gradients.ts';
import { ALIGNMENT, ownRange, TAIL } from '../flat-layout.ts';
import { FIRST_MOMENT, flatVariable, SECOND_MOMENT } from '../flat-state.ts';
import type { BucketState } from '../flat-state.ts';
import { mergeAll, splitFlat } from '../host-tensors.ts';
import type { HostTensors } from '../host-tensors.ts';
import { SharedTensor, viewOf } from '../shared-tensor.ts';
import { copyOf, weightsOnHost } from '../state-on-host.ts';
import type { Exchange, ExchangeContext, StepOutcome, StepWork } from './exchange.ts';
import { allDone, outcomeOf, Pending } from './exchange.ts';

/**
 * The optimizer shared out (ZeRO-1, arXiv 1910.02054): each rank keeps the moments of its part of every bucket, gets the sum of the gradients of that
 * part alone, updates its weights, and all ranks gather the weights. As many bytes as plain data parallel, 1/world of the moments.
 *
 * The same weights as plain data parallel has, bit for bit with 2, 4 and 8 ranks where the collective adds up in the same order in reduceScatter and
 * allReduce, to rounding otherwise.
 */
export class ShardedExchange implements Exchange {
  readonly writesWeights = true;
  readonly sharedMemory;
  readonly #context: ExchangeContext;
  readonly #collective: Collective;
  /** This rank's part of the weights and moments of each bucket. */
  readonly #own: readonly BucketState[];
  /** ... and of the summed gradients. */
  readonly #gradients: readonly SharedTensor[];
  readonly #tail = SharedTensor.create(ALIGNMENT);
  readonly #squares: SharedTensor;
  /** The whole weights, which the other ranks' parts are written to. */
  readonly #weights: readonly SharedTensor[];
  readonly #functions: ReturnType<ShardedExchange['compiled']>;

  /** @param context whose state has the moments of this rank's part alone */
  constructor(context: ExchangeContext, collective: Collective) {
    const { layout, state } = context;
    this.#context = context;
    this.#collective = collective;
    this.#own = state.map(({ weights, first, second }, i) => {
      const { begin, size } = ownRange(layout.buckets[i]!, collective.rank, collective.world);
      return { weights: flatVariable(() => tf.mul(tf.slice1d(weights, begin, size), 1)), first, second };
    });
    this.#gradients = layout.buckets.map(({ size }) => SharedTensor.create(size / collective.world));
    this.#squares = SharedTensor.create(layout.parts);
    this.#weights = state.map(({ weights }) => SharedTensor.over(weights));
    this.#functions = this.compiled();
    const bytes = 4 * Math.max(...layout.buckets.map(({ size }) => size));
    this.sharedMemory = { inPlace: 0, staging: bytes };
  }

  async step(work: StepWork): Promise<StepOutcome> {
    const { layout, settings } = this.#context;
    const collective = this.#collective;
    const buckets: tf.Tensor1D[] = [];
    const sums = new Pending();
    const sum = (bucket: tf.Tensor1D, index: number) => {
      const { size } = layout.buckets[index]!;
      const view = viewOf(bucket);
      const own = this.#gradients[index]!;
      sums.add(collective.reduceScatter(view.subarray(0, size), own.data, { tag: `gradients ${index}` }));
      if (index < layout.buckets.length - 1) return;
      this.#tail.data.set(view.subarray(size));
      this.#tail.data[TAIL.stop] = work.requestStop ? 1 : 0;
      sums.add(collective.allReduce(this.#tail.data, { tag: 'counts' }));
    };
    try {
      await computeGradients(this.#context, work.microBatches, work.gumbel, (bucket, index) => {
        buckets.push(bucket);
        if (settings.overlap ?? true) sum(bucket, index);
      });
      let waiting = performance.now();
      if (!(settings.overlap ?? true)) buckets.forEach(sum);
      await sums.done();
      await this.#addSquares();
      let communicateMs = performance.now() - waiting;
      work.committing();
      const { stats, weights } = await this.#functions.update(work.rates);
      waiting = performance.now();
      await this.#gatherWeights(weights);
      communicateMs += performance.now() - waiting;
      return await outcomeOf(stats, { communicateMs, stagingMs: 0 });
    } finally {
      await sums.settled();
      tf.dispose(buckets);
    }
  }

  async collect() {
    const { layout, state } = this.#context;
    const moments: HostTensors[] = [];
    for (const [i, bucket] of layout.buckets.entries()) {
      const { first, second } = this.#own[i]!;
      for (const [moment, name] of [
        [first, FIRST_MOMENT],
        [second, SECOND_MOMENT],
      ] as const) {
        const whole = new Float32Array(bucket.size);
        await this.#collective.allGather(copyOf(moment), whole, { tag: 'moments' });
        moments.push(splitFlat(bucket, whole, name));
      }
    }
    return { params: weightsOnHost(layout, state), optimizer: mergeAll(moments) };
  }

  dispose(): void {
    for (const compiled of Object.values(this.#functions)) compiled.dispose();
    for (const { weights } of this.#own) weights.dispose();
    for (const shared of [...this.#gradients, this.#tail, this.#squares]) shared.dispose();
  }

  private compiled() {
    const { layout, functions, settings } = this.#context;
    const { rank, world } = this.#collective;
    const own = this.#own;
    const gradients = this.#gradients.map(({ variable }) => variable);
    const squares = () => tf.stack(squaresOf(layout, gradients, layout.parts / world)) as tf.Tensor1D;
    const update = (rates: readonly AdamWRates[]) => {
      const parts = Array.from({ length: layout.parts }, (_, part) =>
        tf.reshape<tf.Rank.R0>(tf.slice1d(this.#squares.variable, part, 1), []),
      );
      const facts = stepFacts(this.#tail.variable, parts, settings, rates[0]!);
      const updates = layout.buckets.map((bucket, i) => {
        const { begin, size } = ownRange(bucket, rank, world);
        const rows = functions.decayed(bucket);
        return {
          gradient: tf.clone(gradients[i]!),
          rates: rates[bucket.group]!,
          decayed: rows && tf.slice2d(rows, [begin / ALIGNMENT, 0], [size / ALIGNMENT, 1]),
        };
      });
      adamwUpdate(own, updates, facts, settings);
      // Copies: what shares the variables' memory would keep the next update from writing to it. (A product with 1 would be optimised away.)
      const apart = own.map(({ weights }) => tf.concat1d([weights, tf.zeros<tf.Rank.R1>([ALIGNMENT])]));
      return { stats: facts.stats, weights: apart };
    };
    return {
      squares: compile(squares, { name: 'ovis_own_squares', mode: 'graph' }),
      update: compile(update, { name: 'ovis_own_update', mode: 'graph' }),
    };
  }

  /** The sums of squares of all ranks' parts, in their order. */
  async #addSquares(): Promise<void> {
    for (const shared of [...this.#gradients, this.#tail]) shared.publish();
    const own = await this.#functions.squares();
    const sums = await own.data<'float32'>();
    own.dispose();
    await this.#collective.allGather(sums, this.#squares.data, { tag: 'squares' });
    this.#squares.publish();
  }

  async #gatherWeights(own: readonly tf.Tensor1D[]): Promise<void> {
    const calls = own.map((weights, i) => {
      const view = viewOf(weights);
      const part = view.subarray(0, view.length - ALIGNMENT);
      return this.#collective.allGather(part, this.#weights[i]!.data, { tag: `weights ${i}` });
    });
    await allDone(calls);
    tf.dispose([...own]);
    for (const shared of this.#weights) shared.publish();
  }
}
