import { z } from 'zod';

/*
 * Every JSON file of a case (README of the golden data). Objects are strict: a field that is not here is an error, so nothing is
 * passed over. `free` marks what only says how the case was made; nothing is computed from it.
 */

const free = z.unknown().optional();
const id = z.int();
const ids = z.array(id);
const names = z.array(z.string());
const turns = z.array(z.strictObject({ from: z.enum(['system', 'human', 'gpt']), value: z.string() }));

const forwardCommon = {
  case: free,
  set: free,
  config: z.looseObject({ grads: names.optional() }),
  // Of the programs that made the case; `ovis` is the official branch.
  versions: z.looseObject({ ovis: z.string().optional() }).optional(),
  aliases: z.record(z.string(), z.string()).optional(),
  loss: z.number().optional(),
  loss_fp64: z.number().optional(),
  params_without_grad: names.optional(),
  params_with_zero_grad: names.optional(),
  params_with_noise_only_grad: names.optional(),
  // How far the official code in fp32 is from itself in fp64.
  fp32_vs_fp64: free,
  grad_fp32_vs_fp64: free,
};

/** `forward.json` of the official releases. */
export const officialForward = z.strictObject({
  ...forwardCommon,
  conversations: z.array(turns),
  images: z.array(names).optional(),
  pad_token_id: id,
  pixel_values: z.array(names),
  max_partition: z.int().nullable().optional(),
  preprocessed: z
    .array(z.strictObject({ prompt: z.string(), input_ids: ids, labels: ids, n_images: z.int() }))
    .optional(),
  grad_norm_all: z.number().optional(),
  tokens_stats: z
    .strictObject({ max: z.number(), mean_max: z.number(), frac_above_1e4: z.number() })
    .optional(),
});

/** `forward.json` of native `ovis2`. */
export const nativeForward = z.strictObject({
  ...forwardCommon,
  conversations: z.array(z.strictObject({ question: z.string(), answer: z.string(), images: names })),
  texts: z.array(z.string()),
  special_ids: z.record(z.string(), id),
  image_seq_length: z.int(),
  pixel_values_note: free,
  grad_norm_all: z.number().optional(),
});

const generateItem = z.strictObject({
  query: z.string(),
  images: names.nullable(),
  prompt: z.string(),
  input_ids: ids,
  generated: ids,
  recomputed: ids.optional(),
  agree: z.boolean().optional(),
  margins: z.array(z.number()).optional(),
  merged_length: z.int().optional(),
  text: z.string().optional(),
});

export const generate = z.strictObject({
  max_new_tokens: z.int().positive(),
  note: free,
  items: z.array(generateItem),
  /** Native: ids that are never chosen. */
  suppressed_ids: ids.optional(),
  batch: z
    .strictObject({ input_ids: z.array(ids), generated: z.array(ids), same_as_single: z.array(z.boolean()) })
    .optional(),
});

export const generateAfterStage3 = z.strictObject({
  query: z.string(),
  image: z.string().nullable(),
  input_ids: ids,
  generated: ids,
});

const microBatch = z.strictObject({
  input_ids: z.array(ids),
  labels: z.array(ids),
  attention_mask: z.array(z.array(z.union([z.literal(0), z.literal(1)]))),
  images: z.array(names),
});

/** `stage{1,2,3}.json` of the official releases. */
export const officialStage = z.strictObject({
  stage: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  arguments: z.record(z.string(), z.string()),
  trainable: names,
  n_trainable: z.int(),
  total_steps: z.int().positive(),
  steps_run: z.int().positive(),
  learning_rates_used: z.array(z.number()),
  logged: z.array(
    z.strictObject({
      loss: z.number(),
      grad_norm: z.number(),
      learning_rate: z.number(),
      epoch: free,
    }),
  ),
  micro_losses: z.array(z.number()),
  optimizer: z.strictObject({
    weight_decay: z.number(),
    // At the moment of writing; `initial_lr` is the stage's.
    lr: free,
    initial_lr: z.number().optional(),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number(),
    amsgrad: z.literal(false),
    maximize: z.literal(false),
    foreach: free,
    capturable: free,
    differentiable: free,
    fused: free,
  }),
  weight_decayed: z.union([z.string(), names]),
  never_updated_trainable: names,
  max_abs_change: z.record(z.string(), z.number()),
  micro_batches: z.array(z.array(microBatch)),
});

/** `stage{1,2,3}.json` of native `ovis2`: two groups of parameters with a rate each, the forward batch at every step. */
export const nativeStage = z.strictObject({
  stage: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  settings: z.strictObject({
    total: z.int().positive(),
    clip: z.number().positive(),
    stages: z.strictObject({ lr: z.number(), lr_head: z.number(), warmup: z.number() }),
  }),
  trainable: names,
  history: z.array(
    z.strictObject({
      step: z.int(),
      loss: z.number(),
      lr_head_table: z.number(),
      lr_rest: z.number(),
      grad_norm: z.number(),
    }),
  ),
  batch: z.literal('forward.safetensors, same batch every step'),
  start: z.literal('checkpoint/model.safetensors'),
});

const datasetItem = z.strictObject({ input_ids: ids, labels: ids, images: names });

/** `dataset_stage{1,2}.json`. */
export const dataset = z.strictObject({
  stage: z.union([z.literal(1), z.literal(2)]),
  items: z.array(datasetItem),
});

const picturePaths = z.union([z.string(), names]);

export const trainData = z.strictObject({
  captions: z.array(
    z.strictObject({
      image_path: z.string(),
      caption: z.string().nullable(),
      max_partition: z.int().optional(),
    }),
  ),
  conversations: z.array(
    z.strictObject({
      id: free,
      image: picturePaths.nullable().optional(),
      max_partition: z.int().optional(),
      conversations: turns,
    }),
  ),
  caption_template: z.string(),
});

/** `processor.json` of native `ovis2`. */
export const nativeProcessor = z.strictObject({
  config: z.record(z.string(), z.unknown()),
  rows: z.array(
    z.strictObject({
      image: z.string(),
      width: z.int(),
      height: z.int(),
      max_patches: z.int(),
      grid: z.tuple([z.int(), z.int()]),
      n: z.int(),
    }),
  ),
});

/** `crosscheck_official.json` of native `ovis2`: what its makers measured between two official classes; nothing of it is ours. */
export const crosscheck = z.strictObject({
  note: free,
  missing: z.array(z.string()),
  unexpected: z.array(z.string()),
  max_abs_diff_as_shipped: z.number(),
  max_abs_diff_without_final_rms_norm: z.number(),
  max_prob: z.number(),
});

export type OfficialForward = z.infer<typeof officialForward>;
export type NativeForward = z.infer<typeof nativeForward>;
export type GoldenGenerate = z.infer<typeof generate>;
export type GoldenItem = z.infer<typeof generateItem>;
export type GoldenAfterStage3 = z.infer<typeof generateAfterStage3>;
export type OfficialStage = z.infer<typeof officialStage>;
export type NativeStage = z.infer<typeof nativeStage>;
export type GoldenMicroBatch = z.infer<typeof microBatch>;
export type GoldenDataset = z.infer<typeof dataset>;
export type TrainData = z.infer<typeof trainData>;
export type NativeProcessor = z.infer<typeof nativeProcessor>;
