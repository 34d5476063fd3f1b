import type { CheckpointReader, HostTensors } from '@ovis/checkpoint';
import type { RunConfig } from '@ovis/config';
import type { PreprocessorJson } from '@ovis/model';
import {
  modelFromCheckpoint,
  modelFromReader,
  newFromBackbones,
  type PretrainedModel,
} from '@ovis/pretrained';
import { createFormatter, formatVersion, type ConversationFormatter, type TextTokenizer } from '@ovis/text';
import { tf } from '@ovis/tensorflow';
import { TrainerError } from './errors.ts';

/** A model in memory: tensors by official name and the files that describe it. */
export interface LoadedModel extends Pick<PretrainedModel, 'config' | 'params'> {
  /** What travels with every checkpoint beside the weights, so that it can be used alone. */
  files: Record<string, Uint8Array>;
  tokenizer: TextTokenizer;
  formatter: ConversationFormatter;
  preprocessor: PreprocessorJson;
}

/** A new Ovis from pre-trained backbones (spec 2.2): their weights, a fresh visual head and table. */
export async function modelFromBackbones(run: RunConfig): Promise<LoadedModel> {
  const { backbones, ...choices } = run.model;
  return withFormatter(await newFromBackbones(backbones, { ...choices, seed: run.seed }), backbones);
}

/** The model of a checkpoint. */
export async function readModel(reader: CheckpointReader): Promise<LoadedModel> {
  return withFormatter(await modelFromReader(reader), 'the checkpoint');
}

/** A model from tensors and files as a checkpoint has them. */
export function assembleModel(tensors: HostTensors, files: Record<string, Uint8Array>): LoadedModel {
  return withFormatter(modelFromCheckpoint(tensors, files), 'the checkpoint');
}

function withFormatter(model: PretrainedModel, where: string): LoadedModel {
  const { config, configJson, params, tokenizer, tokenizerFiles, preprocessor, generationConfig } = model;
  if (!tokenizer) {
    tf.dispose(params);
    throw new TrainerError(
      'BAD_DATA',
      `${where} has no tokenizer.json`,
      "The tokenizer's files must lie beside the language model's weights, in Hugging Face layout.",
      false,
    );
  }
  const json = (value: object): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return {
    config,
    params,
    files: {
      ...tokenizerFiles,
      'config.json': json(configJson),
      'preprocessor_config.json': json(preprocessor),
      ...(generationConfig ? { 'generation_config.json': json(generationConfig) } : {}),
    },
    tokenizer,
    formatter: createFormatter(config.conversationFormatter, tokenizer, {
      version: formatVersion(config.generation),
    }),
    preprocessor,
  };
}
