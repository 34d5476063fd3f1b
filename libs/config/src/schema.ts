import { z } from 'zod';
import { monitorSchema, onBadLossSchema } from './monitor-schema.ts';
import { trainModuleProblem } from './train-modules.ts';

/** Object storage (`s3://bucket/prefix`) or a folder of this machine (`file:///dir`). */
const storageUrl = z
  .string()
  .regex(
    /^(s3:\/\/[a-z0-9][a-z0-9.-]+(\/.*)?|file:\/\/\/.*)$/,
    "must be a URL like 's3://bucket/prefix' or 'file:///absolute/folder'",
  );

const positiveInteger = z.int().min(1);
const fraction = z.number().min(0).max(1);

const trainModule = z.string().superRefine((name, context) => {
  const problem = trainModuleProblem(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const requirements = z
  .strictObject({
    device: z.enum(['cpu', 'gpu']).optional().describe('Kind of device. Default: any.'),
    memoryGb: z
      .number()
      .positive()
      .optional()
      .describe('Least free memory of the device when the trainer registered, in 10^9 bytes.'),
    labels: z
      .record(z.string(), z.string())
      .optional()
      .describe('Labels the trainer must have, as given by its option --label name=value.'),
  })
  .describe('Which trainers will do. Default: all.');

const gang = z
  .strictObject({
    trainers: positiveInteger.default(1).describe('Trainers to use: one process per device.'),
    minTrainers: positiveInteger
      .optional()
      .describe('Go on with as few as this when the others do not come back. Default: trainers.'),
    waitSeconds: z
      .number()
      .min(0)
      .default(60)
      .describe(
        'How long to wait while the fleet has too few trainers; while enough of them only are at work, the run waits its turn.',
      ),
    require: requirements.optional(),
    batchShards: z
      .int()
      .min(1)
      .max(64)
      .default(2)
      .describe(
        'Parts of a micro-batch that the threads of a trainer compute side by side; a GPU computes it whole. Part of the arithmetic: another number rounds differently.',
      ),
    gradientBucketMb: z
      .number()
      .positive()
      .default(8)
      .describe(
        'Gradients are exchanged in buckets of about so many 10^6 bytes, each as soon as the backward pass has filled it. Part of the arithmetic of clipping.',
      ),
    shardOptimizer: z
      .boolean()
      .default(false)
      .describe(
        'Each trainer keeps the moments of its part of the parameters alone (ZeRO-1): the same training with less memory. Needs gradientCompression none.',
      ),
    localSteps: positiveInteger
      .default(1)
      .describe(
        'Steps that a site takes by itself before the sites average what they have learned (DiLoCo), for trainers joined by a slow link; gradientCompression is then that of this exchange. 1: gradients are averaged over all trainers in every step.',
      ),
    sites: positiveInteger
      .optional()
      .describe(
        'Groups of trainers with fast links inside and slow ones between them, by rank: the first trainers / sites are the first. Default: 1, with localSteps above 1 every trainer is a site.',
      ),
    outerLearningRate: z
      .number()
      .positive()
      .default(0.7)
      .describe('Of the outer optimizer between sites: SGD with Nesterov momentum.'),
    outerMomentum: z.number().min(0).lt(1).default(0.9).describe('Of the outer optimizer between sites.'),
  })
  .describe('Which trainers work together: all of them get a rank, or none does.');

const model = z
  .strictObject({
    backbones: storageUrl.describe('Folder with vit/ and llm/ in Hugging Face layout.'),
    conversationFormatter: z
      .enum(['QwenConversationFormatter', 'Llama3ConversationFormatter', 'GemmaConversationFormatter'])
      .optional()
      .describe(
        "Chat format of the language model. Default: its family's own; a Llama with ChatML (<|im_start|>) needs Qwen's.",
      ),
    visualVocabSize: z
      .int()
      .min(3)
      .default(8192)
      .describe('K: rows of the visual embedding table, reserved ones included.'),
    tokenizeFunction: z
      .enum(['softmax', 'st_argmax', 'gumbel_argmax'])
      .default('softmax')
      .describe('How head logits become a probabilistic visual token.'),
    tau: z
      .number()
      .positive()
      .default(1)
      .describe('Temperature of gumbel_argmax in answers; training uses maxTau and minTau of the stage.'),
    generation: z
      .enum(['1.0', '1.5', '1.6', '2.0'])
      .optional()
      .describe('Whose rules apply. Default: by the vision tower, CLIP 1.0, SigLIP 1.6, AIMv2 2.0.'),
    hiddenStride: positiveInteger
      .optional()
      .describe(
        'Side of the blocks of patches that become one visual token. Default: 1 for 1.0 and 1.5, else 2.',
      ),
    booster: z
      .enum(['s2wrapper', 's2wrapper-adaptive'])
      .optional()
      .describe('Ovis 1.5: the whole picture and its four quarters.'),
    useIndicators: z
      .boolean()
      .default(true)
      .describe('Wrap each image in the begin and end rows of the table.'),
    multimodalMaxLength: positiveInteger
      .default(2048)
      .describe('Longest merged sequence; the rest is cut off.'),
    reinitLayersFrom: z
      .int()
      .default(-1)
      .describe(
        'First ViT block that stage 1 re-initialises; negative counts from the end (-1: the last block).',
      ),
  })
  .describe('The model: what it is built from and the size of its visual vocabulary.');

const data = z
  .strictObject({
    lanes: positiveInteger
      .optional()
      .describe('Parts the global batch is split into; a multiple of gang.trainers. Default: gang.trainers.'),
    shuffleBuffer: z.int().min(0).default(256).describe('Samples held back for shuffling, per lane.'),
    maxPartition: z
      .strictObject({
        single: positiveInteger.default(9).describe('For a picture alone.'),
        multiple: positiveInteger.default(1).describe('For each of several pictures of a sample.'),
      })
      .prefault({})
      .describe('Most tiles that a picture is cut into; Ovis 1.6 and later.'),
    textMaxLength: positiveInteger
      .optional()
      .describe(
        'Longest text of a sample in token ids before pictures are merged in; the rest is cut off. Default: no limit.',
      ),
    augmentShift: z.int().min(0).default(0).describe('Random shift of the picture in training, pixels.'),
  })
  .describe('How shards are read.');

export const stageSchema = z.strictObject({
  stage: z.int().min(1).max(3).describe('1 visual words, 2 visual understanding, 3 instructions.'),
  dataset: storageUrl.describe('WebDataset shards; {000000..000007} is expanded.'),
  heldOut: storageUrl
    .optional()
    .describe(
      'Shards of the same format that are not trained on: their loss beside that of training shows overfitting (monitor.heldOutEvery). Default: none.',
    ),
  format: z
    .enum(['caption', 'conversation'])
    .optional()
    .describe('Default: caption in stage 1, else conversation.'),
  captionTemplate: z
    .string()
    .optional()
    .describe('Text in front of a caption. Default: "<image>\'s caption: ".'),
  trainModules: z
    .array(trainModule)
    .min(1)
    .optional()
    .describe(
      'What is trained, everything else is frozen: NAME, or NAME:RATE for modules with a peak rate of their own, for example [all, "vte:1e-4"]; where names overlap, the last one counts. Default: by stage, as published.',
    ),
  steps: positiveInteger.describe('Optimizer steps.'),
  batchSize: positiveInteger.describe('Samples per optimizer step, over all trainers.'),
  accumulation: positiveInteger
    .optional()
    .describe('Micro-batches per optimizer step and trainer. Default: 1.'),
  learningRate: z.number().positive().optional().describe('Peak rate. Default: 1e-4, 1e-4, 2e-5.'),
  warmupRatio: fraction.optional().describe('Part of the steps with rising rate. Default: 0.1, 0.1, 0.05.'),
  schedule: z
    .enum(['cosine', 'linear', 'constant'])
    .optional()
    .describe('Shape after the warm-up. Default: cosine.'),
  clipNorm: z.number().positive().optional().describe('Largest gradient norm. Default: 1.'),
  beta1: z.number().min(0).lt(1).optional().describe('AdamW. Default: 0.9.'),
  beta2: z.number().min(0).lt(1).optional().describe('AdamW. Default: 0.999.'),
  epsilon: z.number().positive().optional().describe('AdamW. Default: 1e-8.'),
  weightDecay: z.number().min(0).optional().describe('AdamW. Default: 0.'),
  lossNormalization: z
    .enum(['tokens', 'microbatch', 'microbatch-sum'])
    .optional()
    .describe(
      'Mean over all tokens of the step, or mean of micro-batch means (official 1.0, 1.5); microbatch-sum: their sum for the gradient, as the official 1.6 and 2 clip it. Default: tokens.',
    ),
  gradientCompression: z
    .enum(['none', 'bf16', 'f16', 'int8'])
    .optional()
    .describe(
      'Gradients travel between trainers as 16-bit floats: half the bytes, rounded (f16 overflows above 65504), or as bytes with a scale per block: a quarter, and what is lost by rounding is sent with the next ones. Default: none.',
    ),
  packing: z
    .enum(['none', 'rows'])
    .optional()
    .describe(
      'rows: several short samples share a row of the batch, with attention and positions of their own; the loss is the same, with less padding. none: a row per sample. Default: none.',
    ),
  maxTau: z
    .number()
    .positive()
    .optional()
    .describe('gumbel_argmax: temperature of the first step, from which it falls linearly. Default: 5.'),
  minTau: z
    .number()
    .positive()
    .optional()
    .describe('gumbel_argmax: the temperature that the last step comes near to. Default: 0.05.'),
  activationCheckpointing: z
    .boolean()
    .optional()
    .describe(
      'Compute transformer blocks again in the backward pass instead of keeping their activations: less memory, more time. Default: false.',
    ),
  precision: z
    .enum(['fp32', 'bf16'])
    .optional()
    .describe(
      'Of matrix products; weights, optimizer and the rest stay fp32. Devices without bf16 compute in fp32. Default: fp32.',
    ),
  checkpointEvery: positiveInteger
    .optional()
    .describe('Steps between checkpoints. Default: 10 %, 20 %, 20 % of steps.'),
});

const checkpoints = z
  .strictObject({
    keepLast: positiveInteger.optional().describe('Keep the last so many checkpoints.'),
    keepEvery: positiveInteger
      .optional()
      .describe('Keep those whose step is a multiple of this, beside the last ones.'),
    keepBest: positiveInteger
      .optional()
      .describe('Keep the so many best of each stage by metric, beside the last ones.'),
    metric: z
      .enum(['loss'])
      .default('loss')
      .describe('What keepBest goes by; smaller is better. loss: of the last step before the checkpoint.'),
    patienceMinutes: z
      .number()
      .positive()
      .default(10)
      .describe('How long a checkpoint waits for a storage that is away, while the training goes on.'),
    waitSeconds: z
      .number()
      .min(0)
      .default(2)
      .describe(
        'How long the training waits for the checkpoint before, when the next one is due; after that the next one is left out.',
      ),
  })
  .describe(
    'Which checkpoints stay. Default: all. The last one of every stage always stays, and what others refer to.',
  );

const evaluation = z
  .strictObject({
    dataset: storageUrl.describe('Held-out shards; each sample has a question and its answer.'),
    maxNewTokens: positiveInteger.default(16),
    limit: z.int().min(0).default(0).describe('Samples to evaluate; 0 is all.'),
  })
  .describe('What the model is asked after stage 3. Leave it out to skip the evaluation.');

/** The run file as written: one place for keys, types, ranges, defaults and the text of the JSON Schema. */
export const runFileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'must be 1 to 48 lower-case letters, digits and dashes')
    .describe('First part of the run id.'),
  seed: z.int().min(0).max(0x7fffffff).default(17).describe('Of every random choice in the run.'),
  priority: z
    .int()
    .min(-1000)
    .max(1000)
    .default(0)
    .describe(
      'Of runs that wait for trainers, the highest gets them first; among equals, the one that was submitted first.',
    ),
  storage: storageUrl.describe('Checkpoints and results go to <storage>/<run id>/.'),
  gang: gang.prefault({}),
  model,
  data: data.prefault({}),
  checkpoints: checkpoints.prefault({}),
  monitor: monitorSchema.prefault({}),
  onBadLoss: onBadLossSchema.default('stop'),
  stages: z.array(stageSchema).describe('Exactly three: stage 1, 2 and 3, in this order.'),
  evaluation: evaluation.optional(),
});

export type RunFile = z.output<typeof runFileSchema>;
export type StageFile = z.output<typeof stageSchema>;
