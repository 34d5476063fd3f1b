import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFormatter, TextTokenizer } from '@ovis/text';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovis-chat-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../libs/model/fixtures/${name}/`, import.meta.url));
const chat = (args: string[], input?: string) =>
  runCli(['chat', ...args], { cwd: folder, env: { OVIS_STATE_DIR: join(folder, 'none') }, input });

describe.each([
  'ovis10_clip_qwen2',
  'ovis15_siglip_gemma2',
  'ovis16_siglip_llama32',
  'ovis20_aimv2_qwen25',
  'native_ovis2',
])('a model of %s', (name) => {
  const model = `${fixture(name)}checkpoint`;
  const image = `${fixture(name)}images/square.png`;

  it('answers, and says the same with --json', async () => {
    const ask = ['-i', image, '-q', 'What is it?', '--max-new-tokens', '12'];
    const plain = await chat([model, ...ask]);
    expect(plain).toMatchObject({ code: 0 });
    const json = await chat([model, ...ask, '--json']);
    const facts = JSON.parse(json.out) as { answer: string; promptTokens: number; newTokens: number };
    expect(facts.answer.trim()).toBe(plain.out.trim());
    expect(facts.newTokens).toBeGreaterThan(0);
  });

  // The 1.6 model takes 128 rows, too few for two questions.
  it.skipIf(name === 'ovis16_siglip_llama32')(
    'talks on about several pictures, and writes the conversation down',
    async () => {
      const lines = [
        `/image ${image} ${fixture(name)}images/wide.png`,
        'What do they show?',
        'And which is the larger one?',
        `/save ${join(folder, 'talk.json')}`,
        '/nothing',
        '/quit',
      ];
      const short = ['--max-new-tokens', '6', '--max-partition', '1'];
      const { code, err } = await chat([model, ...short], `${lines.join('\n')}\n`);
      expect(code).toBe(0);
      expect(err).toContain('there is no command /nothing');
      const saved = JSON.parse(readFileSync(join(folder, 'talk.json'), 'utf8')) as {
        image: string[];
        conversations: { from: string; value: string }[];
      };
      expect(saved.image).toHaveLength(2);
      expect(saved.conversations.map(({ from }) => from)).toEqual(['human', 'gpt', 'human', 'gpt']);
      expect(saved.conversations[0]?.value).toBe('Image 1: <image>\nImage 2: <image>\nWhat do they show?');
    },
  );
});

describe('chat', () => {
  const model = `${fixture('ovis10_clip_qwen2')}checkpoint`;

  it.each(['ovis15_siglip_gemma2', 'ovis16_siglip_llama32', 'ovis20_aimv2_qwen25'])(
    'gives the recorded answer of the official code (%s)',
    async (name) => {
      const { items } = JSON.parse(readFileSync(`${fixture(name)}generate.json`, 'utf8')) as {
        items: { query: string; images: string[]; generated: number[] }[];
      };
      const { query, images, generated } = items[0]!;
      expect(images).toHaveLength(1);
      const file = (json: string) =>
        JSON.parse(readFileSync(`${fixture(name)}checkpoint/${json}`, 'utf8')) as object;
      const tokenizer = TextTokenizer.fromFiles(file('tokenizer.json'), file('tokenizer_config.json'));
      const { eos_token_id: eos } = file('generation_config.json') as { eos_token_id?: number | number[] };
      const { endOfTurnId } = createFormatter(
        (file('config.json') as { conversation_formatter_class: string }).conversation_formatter_class,
        tokenizer,
      );
      const ends = [endOfTurnId, eos].flat();
      const end = generated.findIndex((id) => ends.includes(id));
      const expected = tokenizer.decode(end < 0 ? generated : generated.slice(0, end), { skipSpecial: true });
      const image = `${fixture(name)}images/${images[0]}.png`;
      const question = query.replace('<image>\n', '');
      const asked = ['-i', image, '-q', question, '--max-new-tokens', '16', '--max-partition', '4', '--json'];
      const { out } = await chat([`${fixture(name)}checkpoint`, ...asked]);
      expect((JSON.parse(out) as { answer: string }).answer).toBe(expected);
    },
  );

  it('draws the same words with the same seed, and others with another', async () => {
    const ask = ['-i', `${fixture('ovis10_clip_qwen2')}images/square.png`, '-q', 'What is it?'];
    const drawn = ['--max-new-tokens', '12', '--temperature', '1.5', '--top-k', '40', '--top-p', '0.95'];
    const [a, b, c] = [
      await chat([model, ...ask, ...drawn, '--seed', '5']),
      await chat([model, ...ask, ...drawn, '--seed', '5']),
      await chat([model, ...ask, ...drawn, '--seed', '6']),
    ];
    expect(a).toMatchObject({ code: 0 });
    expect(a.out).toBe(b.out);
    expect(a.out).not.toBe(c.out);
  });

  it('goes on after a picture that cannot be read', async () => {
    const lines = ['/image nothing.png', 'What is it?', 'Hello', '/quit'];
    const { code, out, err } = await chat([model, '--max-new-tokens', '4'], `${lines.join('\n')}\n`);
    expect(code).toBe(0);
    expect(err).toMatch(/cannot read the picture .*nothing\.png/);
    expect(out).not.toBe('');
  });

  it.each([
    [['nowhere'], /'nowhere' is no folder, and no cluster is known/],
    [[model, '--json'], /--json without --question/],
    [[model, '-q', 'x', '--top-p', 'much'], /--top-p is 'much'/],
    [[model, '-q', 'x', '--top-p', '2'], /topP is 2/],
    [[folder, '-q', 'x'], /there is no model at/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await chat(args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
