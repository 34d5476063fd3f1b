import type { OvisConfig } from '@ovis/model';
import type { TextTokenizer } from '@ovis/text';
import type { DecodedImage } from '@ovis/webdataset';
import type { CaseTensors } from './files.ts';
import type {
  GoldenAfterStage3,
  GoldenDataset,
  GoldenGenerate,
  NativeForward,
  NativeProcessor,
  NativeStage,
  OfficialForward,
  OfficialStage,
  TrainData,
} from './schemas.ts';

/** A model case of the golden data, read whole and held against its format. What the folder does not have is undefined. */
export interface ParityCase {
  name: string;
  folder: string;
  config: OvisConfig;
  /** `checkpoint/`: weights under official names, whatever the files call them. */
  weights: CaseTensors;
  tokenizer?: TextTokenizer;
  /** Parsed `preprocessor_config.json`. */
  preprocessor: Record<string, unknown>;
  chatTemplate?: string;
  /** `images/*.png` by name without extension. */
  pictures: Record<string, DecodedImage>;
  /** `images.safetensors`. */
  pixels?: CaseTensors;
  /** `forward.json`: one of the two, by kind of model. */
  forward?: OfficialForward;
  nativeForward?: NativeForward;
  activations?: CaseTensors;
  gradients?: CaseTensors;
  generate?: GoldenGenerate;
  generateAfterStage3?: GoldenAfterStage3;
  tokenize?: CaseTensors;
  truncated?: { tensors: CaseTensors; maxLength: number };
  /** By stage; `info` of the kind that the model has. */
  stages: Partial<Record<StageNumber, GoldenStage>>;
  datasets: Partial<Record<1 | 2, GoldenDataset>>;
  trainData?: TrainData;
  nativeProcessor?: NativeProcessor;
}

export type StageNumber = 1 | 2 | 3;

export interface GoldenStage {
  info?: OfficialStage;
  nativeInfo?: NativeStage;
  /** `init.*` and `final.*`, under the names of the files. */
  tensors?: CaseTensors;
}
