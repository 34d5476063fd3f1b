import type { Tokenizer } from '@huggingface/tokenizers';

const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

/** A step of a tokenizer's decoder, as far as it is used here. */
interface DecoderStep {
  config: { type?: string };
  decoders?: DecoderStep[];
  decode_chain(tokens: string[]): string[];
}

/**
 * Byte tokens as Hugging Face's Rust library decodes them: a run of them that is not UTF-8 as a whole gives one replacement character per
 * byte. The JavaScript library keeps what is valid in it.
 */
export function decodeByteTokens(tokens: string[]): string[] {
  const text: string[] = [];
  let run: number[] = [];
  const flush = () => {
    if (run.length > 0) text.push(decodeRun(Uint8Array.from(run)));
    run = [];
  };
  for (const token of tokens) {
    const byte = BYTE.exec(token)?.[1];
    if (byte) run.push(parseInt(byte, 16));
    else {
      flush();
      text.push(token);
    }
  }
  flush();
  return text;
}

function decodeRun(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '\ufffd'.repeat(bytes.length);
  }
}

/** Gives a tokenizer whose decoder falls back to bytes {@link decodeByteTokens}. */
export function decodeBytesStrictly(tokenizer: Tokenizer): void {
  const decoder = tokenizer.decoder as unknown as DecoderStep | null;
  for (const step of decoder?.decoders ?? []) {
    if (step.config.type === 'ByteFallback') step.decode_chain = decodeByteTokens;
  }
}
