import { Tokenizer } from '@huggingface/tokenizers';
import { decodeBytesStrictly } from './byte-fallback.ts';
import { IMAGE_PLACEHOLDER, IMAGE_TOKEN_ID } from './constants.ts';
import { TextError } from './errors.ts';
import { readableAlike } from './tokenizer-kinds.ts';

/** A tokenizer of the Hugging Face family, read from the parsed `tokenizer.json` and `tokenizer_config.json`. */
export class TextTokenizer {
  readonly vocabSize: number;
  readonly #tokenizer: Tokenizer;

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    decodeBytesStrictly(tokenizer);
    this.vocabSize = tokenizer.get_vocab().size;
  }

  /** @throws TextError BAD_TOKENIZER when the objects are not a tokenizer, UNSUPPORTED_TOKENIZER when it is of a kind that is not known. */
  static fromFiles(tokenizerJson: unknown, tokenizerConfig: unknown): TextTokenizer {
    const json = readableAlike(tokenizerJson);
    try {
      return new TextTokenizer(new Tokenizer(json as object, tokenizerConfig as object));
    } catch (cause) {
      throw new TextError(
        'BAD_TOKENIZER',
        `The tokenizer cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Pass the parsed tokenizer.json and tokenizer_config.json that the language model was published with.',
        { cause },
      );
    }
  }

  /** Ids of the text, without the special tokens a model's template would add around it. Special tokens written in the text count. */
  encode(text: string): number[] {
    return text === '' ? [] : this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * Ids of a text that may show pictures: each `<image>` becomes {@link IMAGE_TOKEN_ID}. The chunks between the
   * pictures are encoded on their own, so no merge crosses a picture (spec 12.11).
   */
  encodeWithImages(text: string): number[] {
    return text
      .split(IMAGE_PLACEHOLDER)
      .flatMap((chunk, i) => (i === 0 ? this.encode(chunk) : [IMAGE_TOKEN_ID, ...this.encode(chunk)]));
  }

  /** Text of the ids. Ids no token has (pictures, ignored labels, rows beyond the vocabulary) are left out. */
  decode(ids: readonly number[], options: { skipSpecial?: boolean } = {}): string {
    const known = ids.filter((id) => this.#tokenizer.id_to_token(id) !== undefined);
    return known.length === 0
      ? ''
      : this.#tokenizer.decode(known, { skip_special_tokens: options.skipSpecial ?? false });
  }

  /** @throws TextError UNKNOWN_TOKEN when the vocabulary has no such token. */
  tokenId(token: string): number {
    const id = this.#tokenizer.token_to_id(token);
    if (id === undefined) {
      throw new TextError(
        'UNKNOWN_TOKEN',
        `The tokenizer has no token '${token}'.`,
        'Choose the conversation formatter of the same model family as the tokenizer.',
      );
    }
    return id;
  }

  /** The token of an id as the vocabulary writes it, or undefined. */
  token(id: number): string | undefined {
    return this.#tokenizer.id_to_token(id);
  }
}
