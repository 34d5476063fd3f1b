import {
  expandPictures,
  imageProcessor,
  preparePicture,
  streamTokens,
  type GenerateOptions,
} from '@ovis/model';
import type { PreparedPicture, RgbImage } from '@ovis/model';
import {
  createFormatter,
  formatVersion,
  IMAGE_PLACEHOLDER,
  type ConversationFormatter,
  type TextTokenizer,
  type Turn,
} from '@ovis/text';
import { tf } from '@ovis/tensorflow';
import { PretrainedError } from './errors.ts';
import type { PretrainedModel } from './open-model.ts';

/** How answers are made. */
export type AnswerOptions = Pick<
  GenerateOptions,
  'maxNewTokens' | 'temperature' | 'topK' | 'topP' | 'seed' | 'repetitionPenalty' | 'signal'
>;

/** A picture of a conversation. */
export interface Picture extends PreparedPicture {
  file: string;
}

/** What an answer cost. */
export interface AnswerFacts {
  answer: string;
  promptTokens: number;
  newTokens: number;
  /** Up to the first token, and for all of them. */
  firstTokenMs: number;
  totalMs: number;
}

/** A conversation with a model: what was said, the pictures that were shown, and the next answer as a stream of text. */
export class Chat {
  readonly turns: Turn[] = [];
  readonly pictures: Picture[] = [];
  readonly #model: PretrainedModel;
  readonly #tokenizer: TextTokenizer;
  readonly #formatter: ConversationFormatter;
  readonly #ends: number[];

  /** @throws PretrainedError NO_TOKENIZER */
  constructor(model: PretrainedModel, system?: string) {
    if (!model.tokenizer)
      throw new PretrainedError(
        'NO_TOKENIZER',
        'the model has no tokenizer.json',
        'put tokenizer.json and tokenizer_config.json of its language model beside config.json',
      );
    const { config } = model;
    this.#model = model;
    this.#tokenizer = model.tokenizer;
    const version = formatVersion(config.generation);
    this.#formatter = createFormatter(config.conversationFormatter, model.tokenizer, { version });
    this.#ends = endTokens(model, this.#formatter.endOfTurnId);
    if (system !== undefined) this.turns.push({ from: 'system', value: system });
  }

  /** Makes a picture ready for a question. @throws ImageError */
  prepare(file: string, image: RgbImage, o: { maxPartition?: number } = {}): Picture {
    const { config, preprocessor } = this.#model;
    return { file, ...preparePicture(config, image, imageProcessor(config, preprocessor), o) };
  }

  /**
   * Asks and hands out the answer as it is made. When the answer is complete, question and answer are part of the conversation; a question
   * that fails or is broken off leaves the conversation as it was.
   */
  async *ask(
    text: string,
    pictures: readonly Picture[],
    o: AnswerOptions,
  ): AsyncGenerator<string, AnswerFacts, undefined> {
    const turn: Turn = {
      from: 'human',
      value: questionText(text, pictures.length, this.#model.config.generation),
    };
    const all = [...this.pictures, ...pictures];
    const formatted = this.#formatter.format([...this.turns, turn], '');
    const { inputIds } = expandPictures(formatted, all);
    const tiles = all.flatMap(({ pixels }) => pixels);
    const pixelValues = tiles.length > 0 ? this.#stack(tiles) : undefined;
    const started = performance.now();
    let firstTokenMs = 0;
    const ids: number[] = [];
    let said = '';
    try {
      const prompt = { inputIds, ...(pixelValues ? { pixelValues } : {}) };
      for await (const tokens of streamTokens(this.#model.config, this.#model.params, [prompt], {
        ...o,
        eosTokenId: this.#ends,
      })) {
        firstTokenMs ||= performance.now() - started;
        ids.push(...tokens.ids);
        // A character may take several tokens: what ends in the middle of one waits.
        const now = this.#tokenizer.decode(ids, { skipSpecial: true });
        const whole = tokens.last ? now : now.replace(/\ufffd+$/, '');
        if (whole.startsWith(said) && whole.length > said.length) {
          yield whole.slice(said.length);
          said = whole;
        }
      }
    } finally {
      pixelValues?.dispose();
    }
    const answer = this.#tokenizer.decode(ids, { skipSpecial: true });
    this.turns.push(turn, { from: 'gpt', value: answer });
    this.pictures.push(...pictures);
    const totalMs = performance.now() - started;
    return { answer, promptTokens: inputIds.length, newTokens: ids.length, firstTokenMs, totalMs };
  }

  /** Forgets what was said and shown, but for the system turn. */
  reset(): void {
    const kept = this.turns.filter(({ from }) => from === 'system');
    this.turns.splice(0, this.turns.length, ...kept);
    this.pictures.length = 0;
  }

  /** The conversation in the format of training data (spec 6): `{image, conversations}`. */
  transcript(): { image: string[]; conversations: Turn[] } {
    return { image: this.pictures.map(({ file }) => file), conversations: [...this.turns] };
  }

  #stack(tiles: readonly Float32Array[]): tf.Tensor4D {
    const side = this.#model.config.visual.backbone.imageSize;
    const length = tiles[0]!.length;
    const all = new Float32Array(tiles.length * length);
    tiles.forEach((tile, i) => all.set(tile, i * length));
    return tf.tensor4d(all, [tiles.length, length / side ** 2, side, side]);
  }
}

/** A question as the releases write it (spec 4, 8): pictures in front, several of them numbered. */
function questionText(asked: string, pictures: number, generation: string): string {
  // As in the official runner: only pictures that are there have a place.
  const text = asked.replaceAll(IMAGE_PLACEHOLDER, '');
  if (pictures === 0) return text;
  if (pictures === 1) return generation === '1.0' ? `<image> ${text}` : `<image>\n${text}`;
  const lines = Array.from({ length: pictures }, (_, i) => `Image ${i + 1}: <image>`);
  return [...lines, text].join('\n');
}

/** The tokens that end an answer: of the turn, and those of generation_config.json. */
function endTokens({ generationConfig }: PretrainedModel, endOfTurn: number): number[] {
  const given = [generationConfig?.['eos_token_id']].flat();
  const ids = given.filter((id): id is number => typeof id === 'number' && id >= 0);
  return [...new Set([endOfTurn, ...ids])];
}
