import { compile, tf } from '@ovis/tensorflow';
import type { Collective } from '../collective.ts';
import { ownRange } from '../flat-layout.ts';
import { FIRST_MOMENT, flatVariable, SECOND_MOMENT } from '../flat-state.ts';
import { mergeAll, splitFlat } from '../host-tensors.ts';
import type { HostTensors, StoredTensors } from '../host-tensors.ts';
import { joinFlat } from '../host-tensors.ts';
import { viewOf } from '../shared-tensor.ts';
import type { Allocate } from '../shared-tensor.ts';
import { copyOf } from '../state-on-host.ts';
import type { Exchange, ExchangeContext, StepOutcome, StepWork } from './exchange.ts';
import { allDone } from './exchange.ts';
import { Residuals } from './residuals.ts';
import { LOCAL_WEIGHT, OUTER_MOMENTUM, siteName } from './site-tensors.ts';

/** The collectives of a gang whose ranks form sites: ranks 0 to k - 1 are the first one, and so on. */
export interface SiteCollectives {
  /** The ranks of this rank's site. */
  site: Collective;
  /** The ranks that have this one's place in their sites, one of each site. */
  between: Collective;
}

/**
 * Local steps with an outer optimizer (DiLoCo, arXiv 2311.08105): the ranks of a site train by themselves; every `localSteps` steps, and at the end
 * of the stage, the sites average how far their weights have moved (the outer gradient), and SGD with Nesterov momentum moves the weights that all go
 * on from:
 *
 *     d = mean over sites (anchor - weights)
 *     momentum = outerMomentum * momentum + d
 *     anchor -= outerLearningRate * (d + outerMomentum * momentum);   weights = anchor
 *
 * Moments stay with the sites. Each rank keeps and exchanges the anchor and the momentum of its part of every bucket: a site's ranks share the
 * slow link's work.
 */
export class LocalStepsExchange implements Exchange {
  readonly writesWeights = false;
  readonly #context: ExchangeContext;
  /** What a site does in each step. */
  readonly #inner: Exchange;
  readonly #all: Collective;
  readonly #site: Collective;
  readonly #between: Collective;
  /** This rank's parts of the weights that all sites went on from, and of the outer optimizer's momentum. */
  readonly #anchor: readonly tf.Variable<tf.Rank.R1>[];
  readonly #momentum: readonly tf.Variable<tf.Rank.R1>[];
  readonly #residuals: Residuals | undefined;
  readonly #functions: ReturnType<LocalStepsExchange['compiled']>;

  /**
   * @param o.anchor weights of all trained parameters, where the sites were one
   * @param o.stored the optimizer's tensors of a checkpoint
   */
  constructor(
    context: ExchangeContext,
    inner: Exchange,
    all: Collective,
    { site, between }: SiteCollectives,
    o: { anchor: (bucket: number) => tf.Tensor1D; stored?: StoredTensors; residuals: boolean },
  ) {
    const { layout, settings } = context;
    this.#context = context;
    this.#inner = inner;
    this.#all = all;
    this.#site = site;
    this.#between = between;
    const ranges = layout.buckets.map((bucket) => ownRange(bucket, site.rank, site.world));
    this.#anchor = ranges.map(({ begin, size }, i) =>
      flatVariable(() => tf.mul(tf.slice1d(o.anchor(i), begin, size), 1)),
    );
    const { stored } = o;
    const saved = stored && layout.buckets[0]!.slices.some(({ name }) => OUTER_MOMENTUM(name) in stored);
    this.#momentum = ranges.map(({ begin, size }, i) =>
      flatVariable(() =>
        saved
          ? tf.tensor1d(joinFlat(layout.buckets[i]!, stored, OUTER_MOMENTUM).slice(begin, begin + size))
          : tf.zeros<tf.Rank.R1>([size]),
      ),
    );
    if (settings.gradientCompression === 'int8')
      this.#residuals = new Residuals(
        ranges.map(({ size }) => size),
        all.rank,
        o.residuals ? stored : undefined,
      );
    this.#functions = this.compiled();
  }

  get sharedMemory() {
    return this.#inner.sharedMemory;
  }

  place(allocate: Allocate): void {
    this.#inner.place?.(allocate);
  }

  async step(work: StepWork): Promise<StepOutcome> {
    const { settings } = this.#context;
    const own = await this.#inner.step(work);
    // What fails from here on leaves the site a step ahead of the others.
    work.committing();
    const began = performance.now();
    const outcome = await this.#overSites(own);
    const done = work.step + 1;
    const together = done % (settings.localSteps ?? 1) === 0 || done === settings.totalSteps;
    // What is not finite ends the stage on every rank, and must not get into the anchor.
    if (together && Number.isFinite(outcome.loss + outcome.gradNorm)) await this.#outerStep();
    return { ...outcome, communicateMs: own.communicateMs + performance.now() - began };
  }

  async collect() {
    const { layout, state } = this.#context;
    const [site, between] = [this.#site, this.#between];
    const residuals = await this.#residuals?.collect(this.#all);
    const params: HostTensors[] = [];
    const optimizer: HostTensors[] = [];
    for (const [i, bucket] of layout.buckets.entries()) {
      const whole = async (own: tf.Tensor) => {
        const all = new Float32Array(bucket.size);
        await site.allGather(copyOf(own), all, { tag: 'outer state' });
        return all;
      };
      params.push(splitFlat(bucket, await whole(this.#anchor[i]!)));
      optimizer.push(splitFlat(bucket, await whole(this.#momentum[i]!), OUTER_MOMENTUM));
      const { weights, first, second } = state[i]!;
      for (const [tensor, nameOf] of [
        [first, FIRST_MOMENT],
        [second, SECOND_MOMENT],
        [weights, LOCAL_WEIGHT],
      ] as const) {
        const all = new Float32Array(between.world * bucket.size);
        await between.allGather(copyOf(tensor), all, { tag: 'local state' });
        for (let s = 0; s < between.world; s++) {
          const flat = all.subarray(s * bucket.size, (s + 1) * bucket.size);
          optimizer.push(splitFlat(bucket, flat, (name) => siteName(s, nameOf(name))));
        }
      }
    }
    return { params: mergeAll(params), optimizer: { ...mergeAll(optimizer), ...residuals } };
  }

  dispose(): void {
    this.#inner.dispose();
    for (const compiled of Object.values(this.#functions)) compiled.dispose();
    for (const variable of [...this.#anchor, ...this.#momentum]) variable.dispose();
  }

  private compiled() {
    const { layout, state, settings } = this.#context;
    const { outerLearningRate = 0.7, outerMomentum = 0.9 } = settings;
    const [site, between] = [this.#site, this.#between];
    const [anchor, momentum] = [this.#anchor, this.#momentum];
    const moved = () =>
      layout.buckets.map((bucket, i) => {
        const { begin, size } = ownRange(bucket, site.rank, site.world);
        return tf.sub<tf.Tensor1D>(anchor[i]!, tf.slice1d(state[i]!.weights, begin, size));
      });
    const outer = (sums: readonly tf.Tensor1D[]) =>
      sums.map((sum, i) => {
        const mean = tf.div<tf.Tensor1D>(sum, between.world);
        const speed = tf.add<tf.Tensor1D>(tf.mul(momentum[i]!, outerMomentum), mean);
        const ahead = tf.add<tf.Tensor1D>(mean, tf.mul(speed, outerMomentum));
        const next = tf.sub<tf.Tensor1D>(anchor[i]!, tf.mul(ahead, outerLearningRate));
        momentum[i]!.assign(speed);
        anchor[i]!.assign(next);
        return next;
      });
    return {
      moved: compile(moved, { name: 'ovis_moved', mode: 'graph' }),
      outer: compile(outer, { name: 'ovis_outer', mode: 'graph' }),
    };
  }

  /** The numbers of a site's step, those of all sites together. The loss is the mean over all tokens or micro-batches of all sites. */
  async #overSites(own: StepOutcome): Promise<StepOutcome> {
    // A site's ranks have the same: each counts for its share.
    const share = 1 / this.#site.world;
    const sums = Float32Array.of(
      own.loss * own.count * share,
      own.count * share,
      own.tokens * share,
      own.gradNorm / this.#all.world,
      own.stops * share,
    );
    await this.#all.allReduce(sums, { tag: 'losses' });
    const [loss, count, tokens, gradNorm, stops] = sums as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { ...own, loss: loss / count, gradNorm, tokens: Math.round(tokens), stops, count };
  }

  async #outerStep(): Promise<void> {
    const { layout, state, settings } = this.#context;
    const { gradientCompression: compression = 'none' } = settings;
    const moved = await this.#functions.moved();
    const views = moved.map(viewOf);
    await allDone(
      views.map((view, i) =>
        this.#between.allReduce(view, {
          tag: `outer ${i}`,
          ...(compression === 'none' ? {} : { compression, residual: this.#residuals?.buffers[i] }),
        }),
      ),
    );
    // Also where a view is a copy.
    const sums = views.map((view) => tf.tensor1d(view));
    const own = await this.#functions.outer(sums);
    const whole = layout.buckets.map(({ size }) => new Float32Array(size));
    await allDone(
      own.map((part, i) => this.#site.allGather(viewOf(part), whole[i]!, { tag: `outer weights ${i}` })),
    );
    whole.forEach((weights, i) => {
      const tensor = tf.tensor1d(weights);
      state[i]!.weights.assign(tensor);
      tensor.dispose();
    });
    tf.dispose([...moved, ...sums, ...own]);
  }
}
