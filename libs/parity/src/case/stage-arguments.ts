import { corrupt, ParityError } from '../errors.ts';

/** What the official `--argument`s of a stage mean for the numbers. */
export interface StageArguments {
  trainModules: string[];
  learningRate: number;
  warmupRatio: number;
  schedule: 'cosine' | 'linear' | 'constant';
  /** Infinity: none. */
  clipNorm: number;
  weightDecay: number;
  accumulation: number;
  maxLength: number;
  reinitLayersFrom?: number;
  /** Longest text in ids before merging (from 1.5 on). */
  textMaxLength?: number;
  /** `single|multiple|video` (from 1.6 on). */
  maxPartitions?: [number, number];
  captionTemplate?: string;
}

/** Arguments that `StageArguments` is made of. */
const USED = [
  ...['train_modules', 'learning_rate', 'warmup_ratio', 'lr_scheduler_type', 'max_grad_norm', 'weight_decay'],
  ...['gradient_accumulation_steps', 'multimodal_max_length', 'visual_re_init_layer_begin'],
  ...['text_max_length', 'max_partitions', 'caption_template'],
];

/** Arguments that say how a stage was run, not what it computes; or that the config, the weights and the batches of the case show. */
const KNOWN = [
  ...[
    'use_cpu',
    'no_cuda',
    'output_dir',
    'overwrite_output_dir',
    'run_name',
    'report_to',
    'logging_steps',
    'logging_dir',
  ],
  ...[
    'logging_strategy',
    'logging_first_step',
    'evaluation_strategy',
    'eval_strategy',
    'save_strategy',
    'save_steps',
  ],
  ...[
    'save_total_limit',
    'save_safetensors',
    'disable_tqdm',
    'dataloader_num_workers',
    'dataloader_pin_memory',
  ],
  ...['remove_unused_columns', 'seed', 'data_seed', 'monitor_step', 'gradient_checkpointing', 'ddp_timeout'],
  ...['stage', 'max_steps', 'num_train_epochs', 'per_device_train_batch_size', 'per_device_eval_batch_size'],
  ...[
    'dataset_names',
    'dataset_info',
    'ovis_pretrained_path',
    'llm_name_or_path',
    'visual_tokenizer_name_or_path',
  ],
  ...['conversation_formatter_class', 'pad_token_id', 'llm_attn_implementation', 'train_attn_implementation'],
  ...['attn_implementation', 'cache_dir', 'disable_tie_weight', 'vte_re_init', 'min_frames', 'max_frames'],
  ...['visual_vocab_size', 'visual_use_indicators', 'visual_drop_cls_token', 'visual_tokenize_function'],
  ...['visual_tokenizer_type', 'visual_hidden_stride', 'visual_hd_booster', 'visual_tau', 'visual_max_tau'],
  ...['visual_min_tau', 'visual_depths', 'optim'],
];

/** Arguments that would change the arithmetic, and the values with which they do not. */
const FIXED: Record<string, RegExp> = {
  bf16: /^False$/i,
  fp16: /^False$/i,
  tf32: /^(False|None)$/i,
  optim: /^adamw_torch$/,
  label_smoothing_factor: /^0(\.0*)?$/,
  adam_beta1: /^0\.90*$/,
  adam_beta2: /^0\.9990*$/,
  adam_epsilon: /^1e-0?8$/i,
  warmup_steps: /^0$/,
};

/** @throws ParityError UNKNOWN naming arguments whose meaning is not known; CORRUPT */
export function parseArguments(file: string, given: Record<string, string>): StageArguments {
  const unknown = Object.keys(given).filter(
    (name) => !USED.includes(name) && !KNOWN.includes(name) && !(name in FIXED),
  );
  const other = Object.entries(FIXED).filter(
    ([name, ok]) => given[name] !== undefined && !ok.test(given[name]),
  );
  if (unknown.length > 0 || other.length > 0) {
    const list = [...unknown, ...other.map(([name]) => `${name}=${given[name]}`)].join(', ');
    throw new ParityError(
      'UNKNOWN',
      `${file}: arguments: unknown ${list}`,
      'They may change what a stage computes: take them out, or teach libs/parity what they mean.',
    );
  }
  const number = (name: string, fallback?: number): number => {
    const value = given[name] === undefined ? fallback : Number(given[name]);
    if (value === undefined || !Number.isFinite(value)) throw corrupt(file, `arguments: no number ${name}`);
    return value;
  };
  const modules = given['train_modules'];
  if (!modules) throw corrupt(file, 'arguments: no train_modules');
  const clip = number('max_grad_norm', 1);
  return {
    ...schedule(file, given['lr_scheduler_type'] ?? 'linear', number('warmup_ratio', 0)),
    trainModules: modules.split('|'),
    learningRate: number('learning_rate'),
    clipNorm: clip > 0 ? clip : Infinity,
    weightDecay: number('weight_decay', 0),
    accumulation: number('gradient_accumulation_steps', 1),
    maxLength: number('multimodal_max_length', 2048),
    reinitLayersFrom: optional(given['visual_re_init_layer_begin']),
    textMaxLength: optional(given['text_max_length']),
    maxPartitions: given['max_partitions']?.split('|').slice(0, 2).map(Number) as
      [number, number] | undefined,
    captionTemplate: given['caption_template'],
  };
}

/** Hugging Face's `constant` has no warm-up, `constant_with_warmup` does. */
function schedule(
  file: string,
  type: string,
  warmupRatio: number,
): Pick<StageArguments, 'schedule' | 'warmupRatio'> {
  switch (type) {
    case 'cosine':
    case 'linear':
      return { schedule: type, warmupRatio };
    case 'constant':
      return { schedule: 'constant', warmupRatio: 0 };
    case 'constant_with_warmup':
      return { schedule: 'constant', warmupRatio };
  }
  throw new ParityError(
    'UNKNOWN',
    `${file}: arguments: lr_scheduler_type is ${type}`,
    'Known are cosine, linear, constant and constant_with_warmup.',
  );
}

function optional(value: string | undefined): number | undefined {
  return value === undefined || value === 'None' ? undefined : Number(value);
}
