import { StagePhase, type RunStageRequest, type StageEventInput } from '@ovis/protocol';
import { counters, gauges, processRegistry } from '@ovis/telemetry';

const stage = ['run', 'stage'] as const;

const gaugeDefinitions = {
  ovis_step: { help: 'Optimizer steps of the stage that are done.', labels: stage },
  ovis_loss: { help: 'Loss of the last step, nats per token.', labels: stage },
  ovis_gradient_norm: { help: 'Norm of the gradient of the last step, before clipping.', labels: stage },
  ovis_learning_rate: { help: 'Learning rate of the last step.', labels: stage },
  ovis_images_per_second: { help: 'Pictures of all trainers per second, at the last step.', labels: stage },
  ovis_tokens_per_second: {
    help: 'Learned tokens of all trainers per second, at the last step.',
    labels: stage,
  },
  ovis_visual_token_entropy_nats: { help: 'Mean entropy of the visual tokens.', labels: stage },
  ovis_effective_words: { help: 'exp(entropy) of the visual tokens.', labels: [...stage, 'statistic'] },
  ovis_saturated_tokens_ratio: { help: 'Share of visual tokens that are nearly one word.', labels: stage },
  ovis_dead_words_ratio: { help: 'Share of visual words with next to no probability.', labels: stage },
  ovis_embedding_variance_ratio: {
    help: 'Variance of the visual embeddings by their square.',
    labels: stage,
  },
  ovis_embedding_cosine: { help: 'Mean cosine of visual embeddings of different pictures.', labels: stage },
  ovis_embedding_dimensions: { help: 'Directions that the visual embeddings spread in.', labels: stage },
  ovis_table_norm: { help: 'Frobenius norm of the visual embedding table.', labels: stage },
  ovis_logit_scale: { help: "Root mean square of the head's LayerNorm weights.", labels: stage },
  ovis_held_out_loss: { help: 'Loss on samples that are not trained on, nats per token.', labels: stage },
  ovis_held_out_gap: { help: 'That loss minus the one of the last training steps.', labels: stage },
  ovis_warning_active: { help: '1 while a signature is seen.', labels: [...stage, 'signature'] },
};

const counterDefinitions = {
  ovis_steps_total: { help: 'Optimizer steps that this process has done.', labels: stage },
  ovis_images_total: { help: 'Pictures in them, of all trainers.', labels: stage },
  ovis_tokens_total: { help: 'Learned tokens in them, of all trainers.', labels: stage },
  ovis_step_seconds_total: { help: 'Where the time went.', labels: [...stage, 'part'] },
  ovis_monitor_seconds_total: {
    help: 'Time for looking at visual tokens and held-out samples.',
    labels: stage,
  },
  ovis_checkpoints_total: { help: 'Checkpoints that have become visible.', labels: stage },
  ovis_checkpoint_stall_seconds_total: { help: 'What the training stood still for them.', labels: stage },
  ovis_checkpoint_seconds_total: { help: 'From their snapshots until they were visible.', labels: stage },
  ovis_checkpoint_written_bytes_total: { help: 'Bytes that were written for them.', labels: stage },
  ovis_warnings_total: { help: 'Warnings, by signature.', labels: [...stage, 'signature'] },
  ovis_stage_failures_total: {
    help: 'Stages that ended with an error here, by code.',
    labels: [...stage, 'code'],
  },
};

const phaseNames: Record<number, string> = {
  [StagePhase.LOADING]: 'loading',
  [StagePhase.COMPILING]: 'compiling',
  [StagePhase.TRAINING]: 'training',
  [StagePhase.CHECKPOINTING]: 'checkpointing',
};

/** What this trainer tells Prometheus (docs/monitoring.md), from the events of its stages. */
export class TrainerMetrics {
  readonly registry = processRegistry();
  readonly #gauges = gauges(this.registry, gaugeDefinitions);
  readonly #counters = counters(this.registry, counterDefinitions);
  readonly #phase = gauges(this.registry, {
    ovis_phase: { help: '1: what the trainer does in its stage.', labels: ['phase'] },
  });

  /** @param o.tensorBytes what the engine holds, asked when the metrics are read */
  constructor({ tensorBytes }: { tensorBytes: () => number }) {
    const { ovis_tensor_bytes: bytes } = gauges(this.registry, {
      ovis_tensor_bytes: { help: 'Tensors and variables that the engine holds.' },
    });
    // Read when it is asked for.
    Object.assign(bytes, { collect: () => bytes.set(tensorBytes()) });
  }

  apply({ runId, stage }: Pick<RunStageRequest, 'runId' | 'stage'>, event: StageEventInput): void {
    const of = { run: runId, stage };
    const { started, phase, step, checkpoint, statistics: s, heldOut, warning, failed } = event;
    const [g, c] = [this.#gauges, this.#counters];
    // Numbers of the stage before are no news any more.
    if (started) for (const gauge of Object.values(g)) gauge.reset();
    if (phase?.phase) {
      this.#phase.ovis_phase.reset();
      this.#phase.ovis_phase.set({ phase: phaseNames[phase.phase] ?? '' }, 1);
    }
    if (step) {
      const [images, perS] = [n(step.images), n(step.imagesPerS)];
      g.ovis_step.set(of, n(step.step));
      g.ovis_loss.set(of, n(step.loss));
      g.ovis_gradient_norm.set(of, n(step.gradNorm));
      g.ovis_learning_rate.set(of, n(step.lr));
      g.ovis_images_per_second.set(of, perS);
      if (images > 0) g.ovis_tokens_per_second.set(of, (n(step.tokens) * perS) / images);
      c.ovis_steps_total.inc(of);
      c.ovis_images_total.inc(of, images);
      c.ovis_tokens_total.inc(of, n(step.tokens));
      c.ovis_step_seconds_total.inc({ ...of, part: 'compute' }, n(step.computeMs) / 1000);
      c.ovis_step_seconds_total.inc({ ...of, part: 'communicate' }, n(step.communicateMs) / 1000);
      c.ovis_step_seconds_total.inc({ ...of, part: 'data' }, n(step.dataMs) / 1000);
    }
    if (checkpoint) {
      const stallMs = n(checkpoint.snapshotMs) + n(checkpoint.waitMs);
      c.ovis_checkpoints_total.inc(of);
      c.ovis_checkpoint_stall_seconds_total.inc(of, stallMs / 1000);
      c.ovis_checkpoint_seconds_total.inc(of, n(checkpoint.ms) / 1000);
      c.ovis_checkpoint_written_bytes_total.inc(of, n(checkpoint.writtenBytes));
    }
    if (s) {
      g.ovis_visual_token_entropy_nats.set(of, n(s.entropy));
      g.ovis_effective_words.set({ ...of, statistic: 'mean' }, n(s.effectiveWordsMean));
      g.ovis_effective_words.set({ ...of, statistic: 'median' }, n(s.effectiveWordsMedian));
      g.ovis_effective_words.set({ ...of, statistic: 'least' }, n(s.effectiveWordsLeast));
      g.ovis_saturated_tokens_ratio.set(of, n(s.saturated));
      g.ovis_dead_words_ratio.set(of, n(s.deadWords));
      g.ovis_embedding_variance_ratio.set(of, n(s.variance));
      g.ovis_embedding_cosine.set(of, n(s.cosine));
      g.ovis_embedding_dimensions.set(of, n(s.dimensions));
      g.ovis_table_norm.set(of, n(s.tableNorm));
      g.ovis_logit_scale.set(of, n(s.logitScale));
      c.ovis_monitor_seconds_total.inc(of, n(s.ms) / 1000);
    }
    if (heldOut) {
      g.ovis_held_out_loss.set(of, n(heldOut.loss));
      g.ovis_held_out_gap.set(of, n(heldOut.loss) - n(heldOut.trainLoss));
      c.ovis_monitor_seconds_total.inc(of, n(heldOut.ms) / 1000);
    }
    if (warning) {
      const which = { ...of, signature: warning.signature ?? '' };
      // A bad batch that was left out or gone back from is over as it is told.
      g.ovis_warning_active.set(which, warning.over || warning.signature === 'bad-loss' ? 0 : 1);
      if (!warning.over) c.ovis_warnings_total.inc(which);
    }
    if (failed) c.ovis_stage_failures_total.inc({ ...of, code: failed.code ?? '' });
  }
}

/** A number of a message; left out, it is 0. */
function n(value: number | null | undefined): number {
  return value ?? 0;
}
