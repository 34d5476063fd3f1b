import { ModelConfigError } from '../errors.ts';
import { JsonReader } from '../json-reader.ts';
import { parseDecoderConfig } from './decoder-config.ts';
import { FORMATTERS, parseOvisConfig, type Generation } from './ovis-config.ts';
import { officialTower, parseVisionConfig } from './vision-config.ts';
import type { TokenizeFunction } from './visual-tokenizer-config.ts';

/** What a new Ovis is built from: two backbones' own config files and the choices of the visual side. */
export interface NewOvisOptions {
  /** Parsed `config.json` of the vision tower and of the language model. */
  vit: object;
  llm: object;
  /** `K`, reserved rows included. */
  visualVocabSize: number;
  /** Whose rules and files; default: 1.0 with CLIP, 1.6 with SigLIP, 2.0 with AIMv2. */
  generation?: Exclude<Generation, 'native'>;
  tokenizeFunction?: TokenizeFunction;
  tau?: number;
  /** 1.0 and 1.5: indicator rows around each picture; default true. Later generations always have five. */
  useIndicators?: boolean;
  /** Only with CLIP; default true. */
  dropClsToken?: boolean;
  /** Side of the blocks of patches merged into one token; default 1 for 1.0 and 1.5, whose CLIP knows no other, else 2. */
  hiddenStride?: number;
  /** Only 1.5. */
  booster?: 's2wrapper' | 's2wrapper-adaptive';
  multimodalMaxLength?: number;
  conversationFormatter?: string;
}

const GENERATION_OF = { clip: '1.0', siglip: '1.6', aimv2: '2.0' } as const;

/** The official `config.json` of a new Ovis made of two backbones; {@link parseOvisConfig} reads it. */
export function newOvisConfig(o: NewOvisOptions): Record<string, unknown> {
  const llm = parseDecoderConfig(o.llm);
  const { kind } = parseVisionConfig(o.vit);
  const vit = (new JsonReader(o.vit, 'vit').get('vision_config') ?? o.vit) as Record<string, unknown>;
  const generation = o.generation ?? GENERATION_OF[kind];
  const early = generation === '1.0' || generation === '1.5';
  if (early && kind === 'clip' && (o.hiddenStride ?? 1) !== 1) {
    throw new ModelConfigError(
      'UNSUPPORTED',
      `hiddenStride is ${o.hiddenStride}, and Ovis ${generation} merges no patches of CLIP`,
      'Leave it out, or choose generation 1.6 or 2.0.',
    );
  }
  const json = {
    architectures: ['Ovis'],
    model_type: 'ovis',
    hidden_size: llm.hiddenSize,
    multimodal_max_length: o.multimodalMaxLength ?? 2048,
    conversation_formatter_class: o.conversationFormatter ?? FORMATTERS[llm.family],
    ...(early ? {} : { disable_tie_weight: false }),
    llm_config: o.llm,
    visual_tokenizer_config: {
      model_type: `${kind}_visual_tokenizer`,
      vocab_size: o.visualVocabSize,
      tokenize_function: o.tokenizeFunction ?? 'softmax',
      tau: o.tau ?? 1,
      depths: null,
      drop_cls_token: kind === 'clip' && (o.dropClsToken ?? true),
      hidden_stride: o.hiddenStride ?? (early ? 1 : 2),
      ...(early ? { use_indicators: o.useIndicators ?? true } : {}),
      ...(generation === '1.5' ? { hd_booster: o.booster ?? null } : {}),
      backbone_kwargs: {},
      backbone_config: officialTower(vit),
    },
    torch_dtype: 'float32',
  };
  parseOvisConfig(json);
  return json;
}
